import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { feedForwards } from '../../core/compress/structural-anatomy.ts'
import { taylorRefusal } from '../../core/compress/taylor.ts'
import * as build from '../../core/onnx/build.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { float32Of } from '../../core/onnx/tensor-values.ts'
import { encoderArchitecture } from '../../core/train/build-encoder.ts'
import { initialParameters } from '../../core/train/parameters.ts'
import { targetFeeds, tokenFeeds } from '../../core/train/token-batch.ts'
import { trainableGraph } from '../../core/train/trainable.ts'
import { openStep } from '../train/step-session.ts'
import { collectStats } from './collect-stats.ts'
import { collectTaylor } from './collect-taylor.ts'

const architecture = encoderArchitecture({
  vocabulary: 20,
  maxLength: 12,
  width: 16,
  depth: 2,
  heads: 4,
  ffn: 24,
  classes: 3,
})
const encoder = (): Model => architecture.model(initialParameters(architecture.parameters, 3))
const texts = [
  [1, 5, 9, 3],
  [2, 8, 4],
  [7, 7, 1, 12, 15, 2],
  [3, 3],
]
const labels = [0, 2, 1, 1]
const feedsOf = (rows: readonly number[]): Feeds => tokenFeeds(texts, rows, 12, 0)

test('the terms are those of the gradients of the weight that reads the neurons, text by text', async () => {
  const model = encoder()
  const engine = await openEngine()
  const { down } = feedForwards(model.graph)[1]!
  const got = await collectTaylor(model, [{ value: down.input, group: 1 }], {
    batches: [feedsOf([0, 1, 2]), feedsOf([3])],
    labels: [[0, 2, 1], [1]],
    engine,
  })
  const trainable = trainableGraph(model.graph, [down.weight.name], 'logits', 18)
  const step = await openStep({ engine, trainable, loss: { kind: 'cross-entropy' }, batch: 1 })
  const wanted = new Float64Array(24)
  const weight = float32Of(down.weight)
  for (const row of texts.keys()) {
    const feeds = { ...feedsOf([row]), ...targetFeeds({ labels }, [row]) }
    const { gradients } = await step.run(trainable.start, feeds)
    const slope = gradients.get(down.weight.name)!
    for (let i = 0; i < 24; i += 1) {
      let term = 0
      for (let j = 0; j < 16; j += 1) term += weight[i * 16 + j]! * slope[i * 16 + j]!
      wanted[i]! += term ** 2 / texts.length
    }
  }
  await step.close()
  const most = Math.max(...wanted)
  for (const [at, score] of got.get(down.input)!.entries())
    expect(Math.abs(score - wanted[at]!)).toBeLessThan(1e-4 * most)
})

test('channels of a group are added before they are squared, and rows without a label do not count', async () => {
  const model = encoder()
  const engine = await openEngine()
  const { input } = feedForwards(model.graph)[0]!.down
  const ask = async (group: number, rows: readonly number[], told: readonly number[]) => {
    const options = { batches: [feedsOf(rows)], labels: [told], engine }
    return (await collectTaylor(model, [{ value: input, group }], options)).get(input)!
  }
  const alone = await ask(1, [2], [1])
  const pairs = await ask(2, [2], [1])
  expect(pairs).toHaveLength(12)
  // (a + b)^2 lies between (|a| - |b|)^2 and (|a| + |b|)^2.
  for (const [at, pair] of pairs.entries()) {
    const [a, b] = [Math.sqrt(alone[2 * at]!), Math.sqrt(alone[2 * at + 1]!)]
    const sizes = [Math.abs(a - b) ** 2, (a + b) ** 2]
    expect(Math.min(...sizes.map((size) => Math.abs(pair - size)))).toBeLessThan(1e-4 * sizes[1]!)
  }
  const padded = await ask(1, [2, 0], [1, -1])
  for (const [at, score] of padded.entries()) expect(score).toBeCloseTo(alone[at]!, 6)
})

/** Logits (x W): two classes, four inputs, the last of which nothing reads. */
function linear(weights: readonly number[]): Model {
  return build.model(
    build.graph({
      nodes: [build.node('Identity', ['x'], ['v']), build.node('MatMul', ['v', 'w'], ['logits'])],
      initializers: [build.float32Tensor('w', [4, 2], weights)],
      inputs: [build.valueInfo('x', 'float32', ['batch', 4])],
      outputs: [build.valueInfo('logits', 'float32', ['batch', 2])],
    }),
  )
}

test('drawn classes give the Fisher information of the gates: p (1 - p) (x_i (w_i0 - w_i1))^2 for two classes', async () => {
  const model = linear([1, 0, 0, 2, 0.5, -0.5, 0, 0])
  const rows = 4000
  const data = Float32Array.from({ length: rows * 4 }, (_, at) => [1, 0.5, 2, 3][at % 4]!)
  const x = { dtype: 'float32' as const, dims: [rows, 4], data }
  const got = await collectTaylor(model, [{ value: 'v', group: 1 }], {
    batches: [{ x }],
    engine: await openEngine(),
    seed: 5,
  })
  const apart = [1 * 1, 0.5 * -2, 2 * 1, 0]
  const p = 1 / (1 + Math.exp(-(apart[0]! + apart[1]! + apart[2]!)))
  for (const [at, score] of got.get('v')!.entries()) {
    const wanted = p * (1 - p) * apart[at]! ** 2
    // The standard error of p (1 - p) over 4,000 draws is below 3 % of it here; four of them.
    expect(Math.abs(score - wanted)).toBeLessThanOrEqual(0.12 * wanted)
  }
})

test('statistics carry the terms beside the energies where they are asked for', async () => {
  const model = encoder()
  const value = feedForwards(model.graph)[0]!.down.input
  const options = { batches: [feedsOf([0, 1, 2, 3])], engine: await openEngine() }
  const asked = await collectStats(model, [{ value, kind: 'energy', taylor: 1 }], options)
  const plain = await collectStats(model, [{ value, kind: 'energy' }], options)
  expect(asked.get(value)?.taylor).toHaveLength(24)
  expect(asked.get(value)?.taylor?.some((one) => one > 0)).toBe(true)
  expect(plain.get(value)?.taylor).toBeUndefined()
  expect(asked.get(value)?.secondMoment).toEqual(plain.get(value)?.secondMoment)
})

test('what has no gradient, and what gives no classes, says why', () => {
  const model = linear([1, 0, 0, 2, 0.5, -0.5, 0, 0])
  expect(taylorRefusal(model, ['v'])).toBeNull()
  const { graph } = model
  const rounded = {
    ...model,
    graph: {
      ...graph,
      nodes: [
        build.node('Round', ['x'], ['v']),
        build.node('Det', ['v'], ['u']),
        build.node('MatMul', ['u', 'w'], ['logits']),
      ],
    },
  }
  expect(taylorRefusal(rounded, ['v'])).toMatch(/no gradient rule for Det/)
  const outputs = [build.valueInfo('logits', 'float32', ['batch', 'sequence', 2])]
  expect(taylorRefusal({ ...model, graph: { ...graph, outputs } }, ['v'])).toMatch(/one row/)
})
