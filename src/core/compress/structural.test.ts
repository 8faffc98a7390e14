import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { collectStats } from '../../app/shrink/collect-stats.ts'
import { verifyModels } from '../../app/shrink/verify.ts'
import { taken } from '../onnx/kept-entries.ts'
import type { Model } from '../onnx/model.ts'
import { randomFeeds } from '../onnx/random-feeds.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { seededRandom } from '../random/random.ts'
import { type EncoderShape, encoderArchitecture } from '../train/build-encoder.ts'
import { initialParameters } from '../train/parameters.ts'
import type { Artefact, Pass, Proposal, Target } from './pass.ts'
import { feedForwards } from './structural-anatomy.ts'
import { attentions } from './structural-attention.ts'
import { layersOf } from './structural-blocks.ts'
import { replaceTensors } from './structural-cut.ts'
import { heads } from './structural-heads.ts'
import { layers } from './structural-layers.ts'
import { neurons } from './structural-neurons.ts'

const base: EncoderShape = {
  vocabulary: 20,
  maxLength: 12,
  width: 16,
  depth: 3,
  heads: 4,
  ffn: 24,
  classes: 3,
}
const shapes: readonly (readonly [string, EncoderShape])[] = [
  ['pre-norm', base],
  ['post-norm as BERT', { ...base, norm: 'post', pooling: 'first' }],
  ['relative and gated', { ...base, positions: 'relative', pooling: 'gated', activation: 'relu' }],
]
const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }

function encoder(shape: EncoderShape): Model {
  const architecture = encoderArchitecture(shape)
  return architecture.model(initialParameters(architecture.parameters, 3))
}
const artefactOf = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })
const random = (seed: number) => {
  const source = seededRandom(seed)
  return () => source.next()
}

function batches(model: Model) {
  const draw = random(7)
  const shape = { symbols: { batch: 40, sequence: 9 }, other: 9 }
  return [randomFeeds(model.graph, { shape, random: draw })]
}

async function applied(model: Model, pass: Pass, params: Proposal['params']): Promise<Model> {
  const engine = await openEngine()
  const offers = pass.propose(artefactOf(model), target)
  if ('why' in offers) throw new Error(offers.why)
  const proposal = { ...offers[0]!, params }
  const requests = pass.needs(artefactOf(model), proposal)
  const stats = await collectStats(model, requests, { batches: batches(model), engine })
  return pass.apply(artefactOf(model), proposal, stats).artefact.model
}

/** Mean square of the differences of the logits. */
async function distance(a: Model, b: Model): Promise<number> {
  const engine = await openEngine()
  const { encodeModel } = await import('../onnx/encode.ts')
  const [one, other] = [await engine.open(encodeModel(a)), await engine.open(encodeModel(b))]
  const [feeds] = batches(a)
  const left = (await one.run(feeds!))['logits']!.data as Float32Array
  const right = (await other.run(feeds!))['logits']!.data as Float32Array
  return left.reduce((sum, value, at) => sum + (value - right[at]!) ** 2, 0) / left.length
}

test.each(shapes)('the parts of an encoder are recognised: %s', (_, shape) => {
  const { graph } = encoder(shape)
  expect(feedForwards(graph).map(({ neurons }) => neurons)).toEqual([24, 24, 24])
  expect(attentions(graph).map(({ heads }) => heads)).toEqual([4, 4, 4])
  expect(layersOf(graph)).toHaveLength(3)
})

/** Zeroing what the output projections read of some inputs must equal removing those inputs: the mask oracle. */
function masked(model: Model, kind: 'neurons' | 'heads', keep: readonly number[]): Model {
  const { graph } = model
  const downs =
    kind === 'neurons'
      ? feedForwards(graph).map(({ down }) => down)
      : attentions(graph).map(({ output }) => output)
  const zeroed = downs.map(({ weight, inWidth, outWidth }) => {
    const values = float32Of(weight).slice()
    for (let i = 0; i < inWidth; i += 1)
      if (!keep.includes(i)) values.fill(0, i * outWidth, (i + 1) * outWidth)
    const bytes = new Uint8Array(values.buffer)
    return { ...weight, bytes: () => bytes }
  })
  return { ...model, graph: replaceTensors(graph, zeroed) }
}

test.each(shapes)('pruning neurons that send nothing on changes nothing: %s', async (_, shape) => {
  const keep = Array.from({ length: 12 }, (_, at) => 2 * at)
  const dead = masked(encoder(shape), 'neurons', keep)
  const pruned = await applied(dead, neurons, { keep: 0.5, repair: 'none' })
  expect(feedForwards(pruned.graph).map(({ neurons }) => neurons)).toEqual([12, 12, 12])
  const engine = await openEngine()
  const result = await verifyModels(dead, pruned, engine, { random: random(1), maxRelative: 1e-5 })
  expect(result.comparisons.filter(({ failure }) => failure)).toEqual([])
})

test.each(shapes)('pruning heads that send nothing on changes nothing: %s', async (_, shape) => {
  const keep = [4, 5, 6, 7, 12, 13, 14, 15]
  const dead = masked(encoder(shape), 'heads', keep)
  const pruned = await applied(dead, heads, { keep: 0.5, repair: 'none' })
  expect(attentions(pruned.graph).map(({ heads }) => heads)).toEqual([2, 2, 2])
  const engine = await openEngine()
  const result = await verifyModels(dead, pruned, engine, { random: random(2), maxRelative: 1e-5 })
  expect(result.comparisons.filter(({ failure }) => failure)).toEqual([])
})

test.each(shapes)('leaving layers out equals blocks that add nothing: %s', async (name, shape) => {
  if (shape.norm === 'post') return // Normalising twice is not the identity; the shape alone is checked below.
  const model = encoder(shape)
  const { graph } = model
  const [, second] = [feedForwards(graph), attentions(graph)]
  const silent = [feedForwards(graph)[1]!.down, second[1]!.output].flatMap(({ weight, bias }) =>
    [weight, bias!].map((tensor) => {
      const bytes = new Uint8Array(tensor.byteLength)
      return { ...tensor, bytes: () => bytes }
    }),
  )
  const quiet = { ...model, graph: replaceTensors(graph, silent) }
  const dropped = await applied(quiet, layers, { drop: [1] })
  const engine = await openEngine()
  const result = await verifyModels(quiet, dropped, engine, {
    random: random(3),
    maxRelative: 1e-5,
  })
  expect([name, result.comparisons.filter(({ failure }) => failure)]).toEqual([name, []])
})

test.each(shapes)('two neighbouring layers can be left out together: %s', async (_, shape) => {
  const dropped = await applied(encoder(shape), layers, { drop: [1, 2] })
  expect(layersOf(dropped.graph)).toHaveLength(1)
  expect(dropped.graph.initializers.some(({ name }) => name.includes('layer.2.'))).toBe(false)
  expect(await distance(encoder(shape), dropped)).toBeGreaterThan(0)
})

test('each repair brings the outputs nearer than the one before', async () => {
  const model = encoder({ ...base, depth: 1 })
  const distances: number[] = []
  for (const repair of ['none', 'bias', 'least-squares'])
    distances.push(await distance(model, await applied(model, neurons, { keep: 0.5, repair })))
  expect(distances[1]).toBeLessThan(distances[0]!)
  expect(distances[2]).toBeLessThan(distances[1]!)
})

test('rows and columns are taken in the given order', () => {
  const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer)
  const tensor = {
    name: 'w',
    dtype: 'float32',
    dims: [2, 3],
    byteLength: 24,
    bytes: () => bytes,
  } as const
  expect([...float32Of(taken(tensor, [1], [2, 0]))]).toEqual([3, 1, 6, 4])
  expect([...float32Of(taken(tensor, [0], [1]))]).toEqual([4, 5, 6])
})
