import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { collectStats } from '../../app/shrink/collect-stats.ts'
import { verifyModels } from '../../app/shrink/verify.ts'
import * as build from '../onnx/build.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import { taken } from '../onnx/kept-entries.ts'
import type { Graph, Model, Tensor } from '../onnx/model.ts'
import { randomFeeds } from '../onnx/random-feeds.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { seededRandom } from '../random/random.ts'
import { type EncoderShape, encoderArchitecture } from '../train/build-encoder.ts'
import { initialParameters } from '../train/parameters.ts'
import type { Artefact, Proposal, Target } from './pass.ts'
import { feedForwards } from './structural-anatomy.ts'
import { attentions } from './structural-attention.ts'
import { layersOf } from './structural-blocks.ts'
import { replaceTensors } from './structural-cut.ts'
import { type Stream, streamOf } from './structural-stream.ts'
import { width } from './structural-width.ts'

const base: EncoderShape = {
  vocabulary: 20,
  maxLength: 12,
  width: 32,
  depth: 2,
  heads: 4,
  ffn: 24,
  classes: 3,
}
const shapes: readonly (readonly [string, EncoderShape])[] = [
  ['pre-norm', base],
  ['post-norm as BERT', { ...base, norm: 'post', pooling: 'first' }],
  ['relative and gated', { ...base, positions: 'relative', pooling: 'gated', activation: 'relu' }],
  ['attention pooling', { ...base, pooling: 'attention' }],
]
const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
const random = (seed: number) => {
  const source = seededRandom(seed)
  return () => source.next()
}
function encoder(shape: EncoderShape): Model {
  const architecture = encoderArchitecture(shape)
  return architecture.model(initialParameters(architecture.parameters, 3))
}
const artefactOf = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })

function found(graph: Graph): Stream {
  const stream = streamOf(graph)
  if (typeof stream === 'string') throw new Error(stream)
  return stream
}

function batches(model: Model) {
  const shape = { symbols: { batch: 40, sequence: 9 }, other: 9 }
  return [randomFeeds(model.graph, { shape, random: random(7) })]
}

async function applied(model: Model, params: Proposal['params']): Promise<Model> {
  const offers = width.propose(artefactOf(model), target)
  if ('why' in offers) throw new Error(offers.why)
  const proposal = { ...offers[0]!, params }
  const stats = await collectStats(model, width.needs(artefactOf(model), proposal), {
    batches: batches(model),
    engine: await openEngine(),
  })
  return width.apply(artefactOf(model), proposal, stats).artefact.model
}

/** Mean square of the differences of the logits. */
async function distance(a: Model, b: Model): Promise<number> {
  const engine = await openEngine()
  const logits = async (model: Model) => {
    const session = await engine.open(encodeModel(model))
    return (await session.run(batches(a)[0]!))['logits']!.data as Float32Array
  }
  const [left, right] = [await logits(a), await logits(b)]
  return left.reduce((sum, value, at) => sum + (value - right[at]!) ** 2, 0) / left.length
}

test.each(shapes)(
  'the stream is everything that is as wide as the word vectors: %s',
  (_, shape) => {
    const stream = found(encoder(shape).graph)
    expect(stream.width).toBe(32)
    // Query, key, value and the first half of the feed-forward of each layer, and what the pooling and the classifier read.
    const heads = shape.pooling === 'gated' || shape.pooling === 'attention' ? 2 : 1
    expect(stream.readers).toHaveLength(2 * 4 + heads)
    expect(stream.norms).toHaveLength(shape.norm === 'post' ? 5 : 6)
    const names = stream.tensors.map(({ tensor }) => tensor.name)
    expect(names).toContain('embeddings.word_embeddings.weight')
    expect(names).toContain('encoder.layer.1.attention.output.dense.bias')
    expect(names).not.toContain('encoder.layer.1.attention.self.query.bias')
  },
)

test.each(shapes)('half of the channels leave a model that runs: %s', async (_, shape) => {
  const model = encoder(shape)
  const cut = await applied(model, { keep: 0.5, repair: 'least-squares', importance: 'energy' })
  expect(found(cut.graph).width).toBe(16)
  expect(feedForwards(cut.graph).map(({ up }) => up[0]?.inWidth)).toEqual([16, 16])
  expect(attentions(cut.graph).map(({ output }) => [output.inWidth, output.outWidth])).toEqual([
    [32, 16],
    [32, 16],
  ])
  expect(layersOf(cut.graph)).toHaveLength(2)
  expect(Number.isFinite(await distance(model, cut))).toBe(true)
  expect(encodeModel(cut).byteLength).toBeLessThan(0.65 * encodeModel(model).byteLength)
})

test.each(shapes)('keeping every channel is the original, bit for bit: %s', async (_, shape) => {
  const model = encoder(shape)
  for (const repair of ['none', 'bias', 'least-squares']) {
    const same = await applied(model, { keep: 1, repair, importance: 'energy' })
    for (const tensor of model.graph.initializers) {
      const now = same.graph.initializers.find(({ name }) => name === tensor.name)
      expect(now?.bytes()).toEqual(tensor.bytes())
    }
  }
})

/** The model with what it writes into the stream changed, channel by channel: `change(values, at, inner, channel)` at position `at`. */
function rewritten(
  model: Model,
  change: (values: Float32Array, at: number, inner: number, channel: number) => number,
): Model {
  const { graph } = model
  const stream = found(graph)
  const norms = new Set(stream.norms.map(({ scale }) => scale.name))
  const readers = new Set(stream.readers.map(({ weight }) => weight.name))
  const tensors = stream.tensors.flatMap(({ tensor, axes }): Tensor[] => {
    if (norms.has(tensor.name) || readers.has(tensor.name)) return []
    const values = float32Of(tensor).slice()
    const inner = tensor.dims.slice(axes[0]! + 1).reduce((a, b) => a * b, 1)
    for (const at of values.keys())
      values[at] = change(values, at, inner, Math.floor(at / inner) % stream.width)
    return [build.float32Tensor(tensor.name, tensor.dims, values)]
  })
  return { ...model, graph: replaceTensors(graph, tensors) }
}

/**
 * The model with every second pair of channels silent: nothing writes them. The others hold each value with both signs, so that the
 * mean over channels is 0 with and without the silent ones.
 */
const silenced = (model: Model): Model =>
  rewritten(model, (values, at, inner, channel) => {
    if (channel % 4 >= 2) return 0
    return channel % 2 === 1 ? -values[at - inner]! : values[at]!
  })

/** The model whose upper half of channels says the lower half again, at half the size. */
const repeating = (model: Model): Model =>
  rewritten(model, (values, at, inner, channel) =>
    channel < 16 ? values[at]! : 0.5 * values[at - 16 * inner]!,
  )

test.each(shapes)(
  'channels that nothing writes go without a trace, the normalizations scaled: %s',
  async (_, shape) => {
    const model = silenced(encoder(shape))
    const cut = await applied(model, { keep: 0.5, repair: 'none', importance: 'energy' })
    expect(found(cut.graph).width).toBe(16)
    const engine = await openEngine()
    const limits = { random: random(1), maxRelative: 1e-5 }
    const { comparisons } = await verifyModels(model, cut, engine, limits)
    expect(comparisons.filter(({ failure }) => failure)).toEqual([])
  },
)

test('least squares takes over what channels said that others say too', async () => {
  const model = repeating(encoder({ ...base, depth: 1 }))
  const far = async (repair: string, importance = 'energy') =>
    distance(model, await applied(model, { keep: 0.5, repair, importance }))
  const [none, bias, squares] = [await far('none'), await far('bias'), await far('least-squares')]
  expect(squares).toBeLessThan(0.7 * none)
  expect(squares).toBeLessThan(0.7 * bias)
  // Slopes may choose the channels as well; how they compare is in structural-importance.test.ts.
  expect(Number.isFinite(await far('least-squares', 'taylor'))).toBe(true)
})

/** The encoder with its first normalisation written in single steps, as exporters before opset 17 did. */
function decomposed(model: Model): Model {
  const { graph } = model
  const fused = graph.nodes.find(({ opType }) => opType === 'LayerNormalization')!
  const [x = '', scale = '', bias = ''] = fused.inputs
  const axes = build.int64Tensor('last', [1], [-1])
  const steps = [
    build.node('ReduceMean', [x, 'last'], ['m']),
    build.node('Sub', [x, 'm'], ['d']),
    build.node('Pow', ['d', 'two'], ['p']),
    build.node('ReduceMean', ['p', 'last'], ['v']),
    build.node('Add', ['v', 'small'], ['e']),
    build.node('Sqrt', ['e'], ['s']),
    build.node('Div', ['d', 's'], ['n']),
    build.node('Mul', ['n', scale], ['g']),
    build.node('Add', ['g', bias], [fused.outputs[0]!]),
  ]
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.flatMap((node) => (node === fused ? steps : [node])),
      initializers: [
        ...graph.initializers,
        axes,
        build.float32Tensor('two', [], [2]),
        build.float32Tensor('small', [], [1e-5]),
      ],
    },
  }
}

test('a normalisation in single steps is cut like the fused one', async () => {
  const fused = encoder(base)
  const model = decomposed(fused)
  expect(found(model.graph).norms).toHaveLength(6)
  const params = { keep: 0.5, repair: 'none', importance: 'energy' }
  const engine = await openEngine()
  const { comparisons } = await verifyModels(
    await applied(fused, params),
    await applied(model, params),
    engine,
    { random: random(2), maxRelative: 1e-4 },
  )
  expect(comparisons.filter(({ failure }) => failure)).toEqual([])
})

test('graphs that do something else with the stream are left alone, and say what', () => {
  const { graph, ...rest } = encoder(base)
  const { nodes, outputs } = graph
  const state = found(graph).readers.at(-2)!.input
  const withNode = (node: (typeof nodes)[number]): Model => ({
    ...rest,
    graph: {
      ...graph,
      nodes: [...nodes, node],
      outputs: [...outputs, build.valueInfo(node.outputs[0]!, null, null)],
    },
  })
  const why = (model: Model) => {
    const offers = width.propose(artefactOf(model), target)
    return 'why' in offers ? offers.why : ''
  }
  expect(why(withNode(build.node('TopK', [state], ['t'], { name: 'top' })))).toMatch(
    /TopK 'top' at the residual stream is unknown/,
  )
  expect(why(withNode(build.node('Identity', [state], ['t'])))).toMatch(/'t' is an output/)
  const table = 'embeddings.word_embeddings.weight'
  expect(why(withNode(build.node('Transpose', [table], ['t'])))).toMatch(/is shared with Transpose/)
  expect(why(withNode(build.node('MatMul', [state, state], ['t'])))).toMatch(/sums the channels/)
  const bare = build.graph({
    nodes: [build.node('Relu', ['x'], ['y'])],
    inputs: [build.valueInfo('x', 'float32', ['batch', 4])],
    outputs: [build.valueInfo('y', 'float32', ['batch', 4])],
  })
  expect(why(build.model(bare))).toMatch(/no table of vectors/)
})

test('predictions of bytes are what the cut saves', async () => {
  const model = encoder(base)
  const offers = width.propose(artefactOf(model), target)
  if ('why' in offers) throw new Error(offers.why)
  expect(offers.map(({ params }) => params['keep'])).toEqual([0.5, 0.5, 0.75, 0.75])
  const weights = (one: Model) =>
    one.graph.initializers.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const cut = decodeModel(encodeModel(await applied(model, offers[0]!.params)))
  expect(weights(model) - weights(cut)).toBe(offers[0]!.saves.bytes)
})

test('axes are cut one after the other', () => {
  const tensor = build.float32Tensor('w', [2, 3], [1, 2, 3, 4, 5, 6])
  expect([...float32Of(taken(tensor, [1], [0, 2]))]).toEqual([1, 3, 4, 6])
  const square = build.float32Tensor('w', [2, 2], [1, 2, 3, 4])
  expect([...float32Of(taken(square, [0, 1], [1]))]).toEqual([4])
  const cube = build.float32Tensor('w', [1, 2, 2], [1, 2, 3, 4])
  expect(taken(cube, [2], [1]).dims).toEqual([1, 2, 1])
})
