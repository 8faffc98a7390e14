import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import * as build from '../onnx/build.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import { executableGraph } from '../onnx/graph-check.ts'
import type { Model } from '../onnx/model.ts'
import { randomFeeds } from '../onnx/random-feeds.ts'
import { seededRandom } from '../random/random.ts'
import { encoderArchitecture } from '../train/build-encoder.ts'
import { initialParameters } from '../train/parameters.ts'
import { int8 } from './int8.ts'
import { int8Embedding } from './int8-embedding.ts'
import type { Artefact, Pass, Proposal, Target } from './pass.ts'

const target: Target = { runtime: 'onnxruntime-node', features: ['avx2'], threads: 1 }
const artefact = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })

function encoder(): Model {
  const shape = { width: 64, depth: 2, heads: 4, vocabulary: 300, classes: 7, maxLength: 32 }
  const architecture = encoderArchitecture(shape)
  return architecture.model(initialParameters(architecture.parameters, 5))
}

function proposalsOf(pass: Pass, model: Model, at: Target = target): readonly Proposal[] {
  const proposals = pass.propose(artefact(model), at)
  if ('why' in proposals) throw new Error(proposals.why)
  return proposals
}

function patched(pass: Pass, model: Model, at: Target = target, which = 0): Model {
  const proposal = proposalsOf(pass, model, at)[which]
  if (proposal === undefined) throw new Error('no proposal')
  return pass.apply(artefact(model), proposal, new Map()).artefact.model
}

async function outputsOf(model: Model, seed: number, other = 6): Promise<Float32Array> {
  const session = await (await openEngine()).open(encodeModel(model))
  const source = seededRandom(seed)
  const feeds = randomFeeds(encoder().graph, { shape: { other }, random: () => source.next() })
  const [output] = Object.values(await session.run(feeds))
  await session.close()
  return output?.data as Float32Array
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((s, v, at) => s + v * (y[at] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

test('an encoder in int8, table included, answers as before: cosine above 0.999', async () => {
  const before = encoder()
  const expected = await outputsOf(before, 1)
  for (const after of [
    patched(int8, before),
    patched(int8Embedding, before),
    patched(int8Embedding, patched(int8, before)),
  ]) {
    expect(() => executableGraph(after.graph)).not.toThrow()
    expect(cosine(expected, await outputsOf(after, 1))).toBeGreaterThan(0.999)
  }
})

test('a quantised model is written in a quarter of the bytes, the same bytes every time', () => {
  const before = encodeModel(encoder())
  const after = encodeModel(patched(int8Embedding, patched(int8, encoder())))
  const again = encodeModel(patched(int8Embedding, patched(int8, decodeModel(before))))
  expect(after.length / before.length).toBeLessThan(0.36)
  expect(Buffer.compare(after, again)).toBe(0)
})

test('query, key and value share one quantiser, and only standard operators are used', () => {
  const { graph, opsets } = patched(int8, encoder())
  const count = (opType: string) => graph.nodes.filter((node) => node.opType === opType).length
  expect(Object.keys(opsets)).toEqual([''])
  expect(count('MatMulInteger')).toBeGreaterThanOrEqual(12)
  // A layer has 4 values that are multiplied with weights (its input, the context, the FFN's input, its inside).
  expect(count('DynamicQuantizeLinear')).toBeLessThanOrEqual(2 * 4 + 2)
})

test('7 bits are offered everywhere, 8 bits only where byte dot products are declared', () => {
  const limits = (features: readonly string[]) =>
    proposalsOf(int8, encoder(), { ...target, features }).map(({ params }) => params['limit'])
  expect(limits(['avx2'])).toEqual([63])
  expect(limits([])).toEqual([63])
  expect(limits(['avx2', 'avx512_vnni'])).toEqual([63, 127])
  const wide = patched(int8, encoder(), { ...target, features: ['avx_vnni'] }, 1)
  const most = wide.graph.initializers
    .filter(({ dtype }) => dtype === 'int8')
    .map((tensor) => Math.max(...new Int8Array(tensor.bytes()).map(Math.abs)))
  expect(Math.max(...most)).toBe(127)
})

/** Source: ONNX backend test cases test_dynamicquantizelinear, _max_adjusted, _min_adjusted. */
test.each([
  {
    x: [0, 2, -3, -2.5, 1.34, 0.5],
    y: [153, 255, 0, 26, 221, 179],
    scale: 0.0196078438,
    zero: 153,
  },
  {
    x: [-1, -2.1, -1.3, -2.5, -3.34, -4],
    y: [191, 121, 172, 96, 42, 0],
    scale: 0.0156862754,
    zero: 255,
  },
  {
    x: [1, 2.1, 1.3, 2.5, 3.34, 4, 1.5, 2.6, 3.9, 4, 3, 2.345],
    y: [64, 134, 83, 159, 213, 255, 96, 166, 249, 255, 191, 149],
    scale: 0.0156862754,
    zero: 0,
  },
])('activations are quantised by the rule of ONNX: $zero', async ({ x, y, scale, zero }) => {
  const graph = build.graph({
    nodes: [build.node('DynamicQuantizeLinear', ['x'], ['y', 'scale', 'zero'])],
    inputs: [build.valueInfo('x', 'float32', ['n'])],
    outputs: [
      build.valueInfo('y', 'uint8', ['n']),
      build.valueInfo('scale', 'float32', []),
      build.valueInfo('zero', 'uint8', []),
    ],
  })
  const session = await (await openEngine()).open(encodeModel(build.model(graph)))
  const feeds = { x: { dtype: 'float32', dims: [x.length], data: Float32Array.from(x) } } as const
  const got = await session.run(feeds)
  await session.close()
  const values = (name: string) => Array.from(got[name]?.data as ArrayLike<number>)
  expect(values('y')).toEqual(y)
  expect(values('scale')[0]).toBeCloseTo(scale, 8)
  expect(values('zero')).toEqual([zero])
})

/** y = alpha x W^T + beta c, W stored turned. */
const gemm = build.model(
  build.graph({
    nodes: [
      build.node('Gemm', ['x', 'w', 'c'], ['y'], {
        attributes: [
          build.intAttribute('transB', 1),
          build.floatAttribute('alpha', 0.5),
          build.floatAttribute('beta', 2),
        ],
      }),
    ],
    initializers: [
      build.float32Tensor(
        'w',
        [24, 40],
        Float32Array.from({ length: 960 }, (_, at) => Math.sin(at)),
      ),
      build.float32Tensor(
        'c',
        [24],
        Float32Array.from({ length: 24 }, (_, at) => Math.cos(at)),
      ),
    ],
    inputs: [build.valueInfo('x', 'float32', ['n', 40])],
    outputs: [build.valueInfo('y', 'float32', ['n', 24])],
  }),
)

test('Gemm with a turned weight, a factor and a bias is the same product', async () => {
  const x = Float32Array.from({ length: 120 }, (_, at) => Math.sin(at * at))
  const run = async (model: Model) => {
    const session = await (await openEngine()).open(encodeModel(model))
    const got = await session.run({ x: { dtype: 'float32', dims: [3, 40], data: x } })
    await session.close()
    return got['y']?.data as Float32Array
  }
  expect(cosine(await run(gemm), await run(patched(int8, gemm)))).toBeGreaterThan(0.9998)
})

test('what cannot be quantised is named: old opsets, small, shared and quantised weights', () => {
  const why = (model: Model, pass: Pass = int8) => {
    const answer = pass.propose(artefact(model), target)
    return 'why' in answer ? answer.why : 'it applies'
  }
  expect(why({ ...gemm, opsets: { '': 10 } })).toMatch(
    /opset 10: DynamicQuantizeLinear began with 11/,
  )
  const nodes = [...gemm.graph.nodes, build.node('Transpose', ['w'], ['t'])]
  const outputs = [...gemm.graph.outputs, build.valueInfo('t', 'float32', null)]
  expect(why({ ...gemm, graph: { ...gemm.graph, nodes, outputs } })).toMatch(
    /shared with Transpose/,
  )
  expect(why(patched(int8, gemm))).toMatch(/MatMulInteger: already quantized/)
  expect(why(gemm, int8Embedding)).toMatch(/no float32 table/)
})
