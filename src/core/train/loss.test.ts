import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { graph as graphWith, model, valueInfo } from '../onnx/build.ts'
import { encodeModel } from '../onnx/encode.ts'
import { graphWriter } from '../onnx/graph-writer.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import { gradient, gradientName } from './gradient.ts'
import { type LossSpec, withLoss } from './loss.ts'

const logits = [
  [2, -1, 0.5],
  [0.1, 0.2, -3],
]
const floats = (rows: readonly (readonly number[])[]): HostTensor => ({
  dtype: 'float32',
  dims: [rows.length, rows[0]!.length],
  data: Float32Array.from(rows.flat()),
})
const labels: HostTensor = { dtype: 'int64', dims: [2], data: BigInt64Array.of(2n, 0n) }
const weights = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  dims: [values.length],
  data: Float32Array.from(values),
})

function headed(spec: LossSpec) {
  const writer = graphWriter(['x', 'y'])
  writer.emit('Identity', ['x'], { outputs: ['y'] })
  const graph = graphWith({
    nodes: writer.nodes,
    inputs: [valueInfo('x', 'float32', ['batch', 3])],
    outputs: [valueInfo('y', 'float32', ['batch', 3])],
  })
  return withLoss(graph, 'y', spec)
}

async function lossAndGradient(spec: LossSpec, feeds: Readonly<Record<string, HostTensor>>) {
  const engine = await openEngine()
  const session = await engine.open(encodeModel(model(gradient(headed(spec), 'loss', ['x']))))
  const outputs = await session.run({ x: floats(logits), ...feeds })
  await session.close()
  return {
    loss: (outputs['loss']!.data as Float32Array)[0]!,
    by: Array.from(outputs[gradientName('x')]!.data as Float32Array),
  }
}

const probabilities = (row: readonly number[], temperature = 1): number[] => {
  const powers = row.map((value) => Math.exp(value / temperature))
  const total = powers.reduce((sum, value) => sum + value, 0)
  return powers.map((value) => value / total)
}

test('hard cross-entropy is the mean of -log p, with gradient (p - onehot) / rows', async () => {
  const { loss, by } = await lossAndGradient(
    { kind: 'cross-entropy' },
    { labels, weights: weights(1, 1) },
  )
  const [first, second] = logits.map((row) => probabilities(row))
  expect(loss).toBeCloseTo(-(Math.log(first![2]!) + Math.log(second![0]!)) / 2, 5)
  const expected = [
    first![0]!,
    first![1]!,
    first![2]! - 1,
    second![0]! - 1,
    second![1]!,
    second![2]!,
  ]
  for (const [index, value] of expected.entries()) expect(by[index]).toBeCloseTo(value / 2, 5)
})

test('a weight of zero takes a row out', async () => {
  const both = await lossAndGradient({ kind: 'cross-entropy' }, { labels, weights: weights(1, 0) })
  expect(both.loss).toBeCloseTo(-Math.log(probabilities(logits[0]!)[2]!), 5)
  expect(both.by.slice(3)).toEqual([0, 0, 0])
})

test('smoothing spreads its share over all classes', async () => {
  const { loss } = await lossAndGradient(
    { kind: 'cross-entropy', smoothing: 0.3 },
    { labels, weights: weights(1, 0) },
  )
  const p = probabilities(logits[0]!)
  expect(loss).toBeCloseTo(
    -(0.1 * Math.log(p[0]!) + 0.1 * Math.log(p[1]!) + 0.8 * Math.log(p[2]!)),
    5,
  )
})

test('soft cross-entropy has gradient T (p_T - q) / rows and is least where student and teacher agree', async () => {
  const temperature = 2
  const teacher = [
    [1, 0, 1],
    [0, 0.5, -1],
  ]
  const q = teacher.map((row) => probabilities(row, temperature))
  const { by } = await lossAndGradient(
    { kind: 'soft', temperature },
    { targets: floats(q), weights: weights(1, 1) },
  )
  const expected = logits.flatMap((row, line) =>
    probabilities(row, temperature).map((p, place) => (temperature * (p - q[line]![place]!)) / 2),
  )
  for (const [index, value] of expected.entries()) expect(by[index]).toBeCloseTo(value, 5)
  const own = logits.map((row) => probabilities(row, temperature))
  const agreed = await lossAndGradient(
    { kind: 'soft', temperature },
    { targets: floats(own), weights: weights(1, 1) },
  )
  for (const value of agreed.by) expect(Math.abs(value)).toBeLessThan(1e-6)
})

test('a share of hard labels mixes both losses', async () => {
  const q = logits.map(() => [0.2, 0.3, 0.5])
  const feeds = { targets: floats(q), labels, weights: weights(1, 1) }
  const soft = await lossAndGradient(
    { kind: 'soft' },
    { targets: floats(q), weights: weights(1, 1) },
  )
  const hard = await lossAndGradient({ kind: 'cross-entropy' }, { labels, weights: weights(1, 1) })
  const mixed = await lossAndGradient({ kind: 'soft', hard: 0.25 }, feeds)
  expect(mixed.loss).toBeCloseTo(0.75 * soft.loss + 0.25 * hard.loss, 5)
})

test('the squared loss is the mean over the last axis, its gradient 2 (y - t) / (3 rows)', async () => {
  const targets = floats([
    [1, 1, 1],
    [0, 0, 0],
  ])
  const { loss, by } = await lossAndGradient({ kind: 'mse' }, { targets, weights: weights(1, 1) })
  expect(loss).toBeCloseTo(((1 + 4 + 0.25) / 3 + (0.01 + 0.04 + 9) / 3) / 2, 5)
  expect(by[0]).toBeCloseTo((2 * 1) / 6, 5)
})

test('the cosine loss is 0 for the same direction, 2 for the opposite, and its gradient is orthogonal to the vector', async () => {
  const along = logits.map((row, line) => row.map((value) => value * (line === 0 ? 3 : -2)))
  const { loss, by } = await lossAndGradient(
    { kind: 'cosine' },
    { targets: floats(along), weights: weights(1, 1) },
  )
  expect(loss).toBeCloseTo(1, 5)
  const targets = floats([
    [0, 1, 1],
    [1, 0, 0],
  ])
  const tilted = await lossAndGradient({ kind: 'cosine' }, { targets, weights: weights(1, 1) })
  const dot = logits[0]!.reduce((sum, value, place) => sum + value * tilted.by[place]!, 0)
  expect(Math.abs(dot)).toBeLessThan(1e-6)
  expect(Math.hypot(...tilted.by.slice(0, 3))).toBeGreaterThan(0.05)
  expect(by.every((value) => Math.abs(value) < 1e-6)).toBe(true)
})

test('settings outside their range are refused', () => {
  for (const spec of [
    { kind: 'soft', temperature: 0 },
    { kind: 'soft', hard: 1.5 },
    { kind: 'cross-entropy', smoothing: 1 },
  ] as const satisfies readonly LossSpec[])
    expect(() => headed(spec)).toThrow(/a loss needs/)
})
