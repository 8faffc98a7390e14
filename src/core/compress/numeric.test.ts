import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { collectStats } from '../../app/shrink/collect-stats.ts'
import * as build from '../onnx/build.ts'
import { encodeModel } from '../onnx/encode.ts'
import type { Feeds } from '../onnx/host-tensor.ts'
import type { Model } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { seededRandom } from '../random/random.ts'
import { entropyLimit, percentileLimit } from './activation-range.ts'
import { blocks, blockWeight } from './blocks.ts'
import { half } from './half.ts'
import { int8 } from './int8.ts'
import type { Artefact, Pass, Proposal, Target } from './pass.ts'
import { saturationRisks } from './saturation.ts'
import { staticQdq } from './static-qdq.ts'

const target: Target = { runtime: 'onnxruntime-node', features: ['avx_vnni'], threads: 1 }
const artefact = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })

function drawn(seed: number, count: number): Float32Array {
  const random = seededRandom(seed)
  return Float32Array.from({ length: count }, () => random.next() * 2 - 1)
}

/** Two products over 200 inputs (no multiple of 32 or 128), one by Gemm with a turned weight. */
const dense = build.model(
  build.graph({
    nodes: [
      build.node('MatMul', ['x', 'w'], ['h']),
      build.node('Gemm', ['h', 'v', 'b'], ['y'], {
        attributes: [build.intAttribute('transB', 1), build.floatAttribute('alpha', 0.5)],
      }),
    ],
    initializers: [
      build.float32Tensor('w', [200, 150], drawn(1, 30000)),
      build.float32Tensor('v', [40, 150], drawn(2, 6000)),
      build.float32Tensor('b', [40], drawn(3, 40)),
    ],
    inputs: [build.valueInfo('x', 'float32', ['n', 200])],
    outputs: [build.valueInfo('y', 'float32', ['n', 40])],
  }),
)
const rows: Feeds = { x: { dtype: 'float32', dims: [5, 200], data: drawn(4, 1000) } }

/** conv, relu, pool, depthwise conv with groups. */
const picture = build.model(
  build.graph({
    nodes: [
      build.node('Conv', ['x', 'w', 'b'], ['c']),
      build.node('Relu', ['c'], ['r']),
      build.node('MaxPool', ['r'], ['p'], {
        attributes: [build.intsAttribute('kernel_shape', [2, 2])],
      }),
      build.node('Conv', ['p', 'd'], ['y'], { attributes: [build.intAttribute('group', 8)] }),
    ],
    initializers: [
      build.float32Tensor('w', [8, 3, 3, 3], drawn(5, 216)),
      build.float32Tensor('b', [8], drawn(6, 8)),
      build.float32Tensor('d', [8, 1, 3, 3], drawn(7, 72)),
    ],
    inputs: [build.valueInfo('x', 'float32', ['n', 3, 12, 12])],
    outputs: [build.valueInfo('y', 'float32', null)],
  }),
)
const pixels = (seed: number): Feeds => ({
  x: { dtype: 'float32', dims: [2, 3, 12, 12], data: drawn(seed, 864) },
})

function offered(pass: Pass, model: Model): readonly Proposal[] {
  const proposals = pass.propose(artefact(model), target)
  if ('why' in proposals) throw new Error(proposals.why)
  return proposals
}

async function changed(pass: Pass, model: Model, proposal: Proposal, feeds: Feeds): Promise<Model> {
  const requests = pass.needs(artefact(model), proposal)
  const stats = await collectStats(model, requests, {
    batches: [feeds],
    engine: await openEngine(),
  })
  return pass.apply(artefact(model), proposal, stats).artefact.model
}

async function output(model: Model, feeds: Feeds): Promise<Float32Array> {
  const session = await (await openEngine()).open(encodeModel(model))
  const got = await session.run(feeds)
  await session.close()
  return got['y']?.data as Float32Array
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((s, v, at) => s + v * (y[at] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

test('block weights give the same product: 8 bits above 0.9999, 4 bits above 0.98', async () => {
  const expected = await output(dense, rows)
  for (const proposal of offered(blocks, dense)) {
    const after = await changed(blocks, dense, proposal, rows)
    const wanted = proposal.params['bits'] === 8 ? 0.9999 : 0.98
    expect(cosine(expected, await output(after, rows))).toBeGreaterThan(wanted)
    expect(after.opsets['com.microsoft']).toBe(1)
  }
})

test('a code of a block is within half a scale of its weight, a whole one at the far end', () => {
  const weight = build.float32Tensor('w', [64, 3], drawn(8, 192))
  const product = { weight, turned: false, rows: 64, columns: 3, alpha: 1 }
  const made = blockWeight(product, { bits: 4, size: 32 }, (name) => name)
  const [codes, scales] = [made.codes.bytes(), float32Of(made.scales)]
  const values = float32Of(weight)
  for (let row = 0; row < 64; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      const block = column * 2 + Math.floor(row / 32)
      const byte = codes[block * 16 + ((row % 32) >> 1)] ?? 0
      const scale = scales[block] ?? 0
      const value = (((byte >> (4 * (row & 1))) & 15) - 8) * scale
      expect(Math.abs(value - (values[row * 3 + column] ?? 0))).toBeLessThanOrEqual(
        Math.abs(scale) * 1.0001,
      )
    }
  }
})

test('16-bit storage halves the file and hardly moves the output; what does not fit is named', async () => {
  const expected = await output(dense, rows)
  for (const proposal of offered(half, dense)) {
    const after = await changed(half, dense, proposal, rows)
    expect(encodeModel(after).length / encodeModel(dense).length).toBeLessThan(0.52)
    expect(cosine(expected, await output(after, rows))).toBeGreaterThan(0.9999)
  }
  const wide = build.float32Tensor('w', [200, 150], new Float32Array(30000).fill(1e5))
  const initializers = [wide, ...dense.graph.initializers.slice(1)]
  const model = { ...dense, graph: { ...dense.graph, initializers } }
  const { changes } = half.apply(artefact(model), offered(half, model)[0] as Proposal, new Map())
  expect(changes).toEqual(['1 tensors stored as float16', "left alone: 'w': values beyond 65504"])
})

test('convolutions in integers answer as before with every way to choose a range', async () => {
  const expected = await output(picture, pixels(9))
  for (const proposal of offered(staticQdq, picture)) {
    const after = await changed(staticQdq, picture, proposal, pixels(9))
    const wanted = proposal.params['method'] === 'entropy' ? 0.95 : 0.998
    expect(cosine(expected, await output(after, pixels(9)))).toBeGreaterThan(wanted)
  }
})

test('a model of an opset without QuantizeLinear, or without convolutions, says so', () => {
  const old = { ...picture, opsets: { '': 9 } }
  expect(staticQdq.propose(artefact(old), target)).toMatchObject({
    why: expect.stringMatching(/opset 9/),
  })
  expect(staticQdq.propose(artefact(dense), target)).toMatchObject({
    why: expect.stringMatching(/no float32 convolution/),
  })
})

test('the percentile leaves a ten-thousandth out, the entropy cut drops a far outlier', () => {
  const counts = new Float64Array(2048)
  counts.fill(100, 0, 256)
  counts[2047] = 1
  expect(percentileLimit({ limit: 2048, counts })).toBe(256)
  counts.fill(100)
  expect(percentileLimit({ limit: 1, counts })).toBeGreaterThan(0.999)
  const bell = Float64Array.from(counts, (_, bin) => Math.round(1e4 * Math.exp(-((bin / 80) ** 2))))
  bell[2047] = 1
  expect(entropyLimit({ limit: 2048, counts: bell })).toBeLessThan(600)
})

test('saturation: none with 7 bits; with 8 bits the pairs that can overflow are counted', async () => {
  const [portable, wide] = offered(int8, dense)
  if (portable === undefined || wide === undefined) throw new Error('two proposals expected')
  expect(saturationRisks(await changed(int8, dense, portable, rows))).toEqual([])
  const risks = saturationRisks(await changed(int8, dense, wide, rows))
  expect(risks).toHaveLength(2)
  expect(risks[0]?.worst).toBeGreaterThan(60000)
  expect(risks[0]?.risky).toBeGreaterThan(0)
})
