import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { collectStats } from '../../app/shrink/collect-stats.ts'
import { verifyModels } from '../../app/shrink/verify.ts'
import * as build from '../onnx/build.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import type { Model } from '../onnx/model.ts'
import { randomFeeds } from '../onnx/random-feeds.ts'
import { seededRandom } from '../random/random.ts'
import { encoderArchitecture } from '../train/build-encoder.ts'
import { initialParameters } from '../train/parameters.ts'
import type { Artefact, Pass, Proposal, Target } from './pass.ts'
import { feedForwards } from './structural-anatomy.ts'
import { attentions } from './structural-attention.ts'
import { heads } from './structural-heads.ts'
import { layers } from './structural-layers.ts'
import { neurons } from './structural-neurons.ts'
import { nodesBetween } from './structural-share.ts'

const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
const artefactOf = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })
const random = (seed: number) => {
  const source = seededRandom(seed)
  return () => source.next()
}

/**
 * x [4] -> up, Relu [16 neurons] -> down [4] -> classes [2]. The even neurons are loud and write into a channel that the classes do not
 * read; the odd ones are quiet and decide.
 */
function loudAndQuiet(): Model {
  const draw = random(11)
  const up = Array.from({ length: 4 * 16 }, (_, at) => (at % 2 === 0 ? 5 : 1) * (draw() - 0.3))
  const down = Array.from({ length: 16 * 4 }, (_, at) => {
    const [neuron, channel] = [Math.floor(at / 4), at % 4]
    if (neuron % 2 === 0) return channel === 3 ? 2 : 0
    return channel === 3 ? 0 : draw() - 0.5
  })
  const classes = Array.from({ length: 8 }, (_, at) => (at >= 6 ? 0 : draw() - 0.5))
  return build.model(
    build.graph({
      nodes: [
        build.node('MatMul', ['x', 'up'], ['u'], { name: 'up' }),
        build.node('Relu', ['u'], ['a'], { name: 'act' }),
        build.node('MatMul', ['a', 'down'], ['h'], { name: 'down' }),
        // Keeps the last two products from being taken for a pair of layers without an activation.
        build.node('Identity', ['h'], ['i']),
        build.node('MatMul', ['i', 'classes'], ['logits'], { name: 'classes' }),
      ],
      initializers: [
        build.float32Tensor('up', [4, 16], up),
        build.float32Tensor('down', [16, 4], down),
        build.float32Tensor('classes', [4, 2], classes),
      ],
      inputs: [build.valueInfo('x', 'float32', ['batch', 4])],
      outputs: [build.valueInfo('logits', 'float32', ['batch', 2])],
    }),
  )
}

function offersOf(pass: Pass, model: Model, on: Target = target): readonly Proposal[] {
  const offers = pass.propose(artefactOf(model), on)
  if ('why' in offers) throw new Error(offers.why)
  return offers
}

async function applied(model: Model, pass: Pass, proposal: Proposal): Promise<Model> {
  const shape = { symbols: { batch: 40, sequence: 9 }, other: 9 }
  const stats = await collectStats(model, pass.needs(artefactOf(model), proposal), {
    batches: [randomFeeds(model.graph, { shape, random: random(7) })],
    engine: await openEngine(),
  })
  return pass.apply(artefactOf(model), proposal, stats).artefact.model
}

test('slopes of the loss find the quiet neurons that decide; energy keeps the loud ones that nothing reads', async () => {
  const model = loudAndQuiet()
  const engine = await openEngine()
  const failures: Record<string, number> = {}
  for (const offer of offersOf(neurons, model).filter(({ params }) => params['keep'] === 0.5)) {
    const cut = await applied(model, neurons, offer)
    expect(feedForwards(cut.graph)[0]?.neurons).toBe(8)
    const limits = { random: random(1), maxRelative: 1e-5 }
    const { comparisons } = await verifyModels(model, cut, engine, limits)
    failures[String(offer.params['importance'])] = comparisons.filter((one) => one.failure).length
  }
  expect(failures['taylor']).toBe(0)
  expect(failures['energy']).toBeGreaterThan(0)
})

const encoder = () => {
  const shape = { vocabulary: 20, maxLength: 12, width: 16, depth: 2, heads: 4, classes: 3 }
  const architecture = encoderArchitecture(shape)
  return architecture.model(initialParameters(architecture.parameters, 3))
}

test('heads can be chosen by slope, each share once by energy and once by slope with equal savings', async () => {
  const model = encoder()
  const offers = offersOf(heads, model)
  expect(offers.map(({ params }) => params['importance'])).toEqual(
    offers.map((_, at) => (at % 2 === 0 ? 'energy' : 'taylor')),
  )
  expect(offers[0]?.saves).toEqual(offers[1]?.saves)
  const cut = await applied(model, heads, offers[1]!)
  expect(attentions(cut.graph).map((one) => one.heads)).toEqual([1, 1])
})

test('a model without gradients is cut by energy alone, and the proposal says why', () => {
  const model = loudAndQuiet()
  const nodes = [
    ...model.graph.nodes.slice(0, 3),
    build.node('Det', ['h'], ['d']),
    build.node('MatMul', ['d', 'classes'], ['logits']),
  ]
  const offers = offersOf(neurons, { ...model, graph: { ...model.graph, nodes } })
  expect(offers.map(({ params }) => params['importance'])).toEqual(
    Array.from({ length: 4 }, () => 'energy'),
  )
  expect(offers[0]?.text).toMatch(/by energy alone: no gradient: no gradient rule for Det/)
})

test('savings of CPU time are the measured shares of the nodes that shrink', () => {
  const time = new Map([
    ['up', 0.3],
    ['act', 0.1],
    ['down', 0.2],
    ['classes', 0.4],
  ])
  const shares = (on: Target) =>
    offersOf(neurons, loudAndQuiet(), on)
      .filter(({ params }) => params['importance'] === 'energy')
      .map(({ saves }) => saves.cpuShare)
  expect(shares({ ...target, time })).toEqual(
    [0.875, 0.75, 0.5, 0.25].map((gone) => expect.closeTo(0.6 * gone, 10)),
  )
  // Bytes: 128 of the 136 weights belong to the neurons.
  expect(shares(target)).toEqual(
    [0.875, 0.75, 0.5, 0.25].map((gone) => expect.closeTo((128 / 136) * gone, 10)),
  )
  const other = new Map([['elsewhere', 1]])
  expect(shares({ ...target, time: other })).toEqual(shares(target))
})

test('each cut is offered once: two neurons can only become one', () => {
  const model = loudAndQuiet()
  const slim = (name: string, dims: readonly number[]) =>
    build.float32Tensor(name, dims, new Float32Array(dims[0]! * dims[1]!).fill(0.5))
  const initializers = model.graph.initializers.map((one) =>
    one.name === 'up' ? slim('up', [4, 2]) : one.name === 'down' ? slim('down', [2, 4]) : one,
  )
  const offers = offersOf(neurons, { ...model, graph: { ...model.graph, initializers } })
  expect(offers.map(({ saves }) => saves.bytes)).toEqual([32, 32])
})

test('layers and heads take their shares from what lies between their values', () => {
  const model = encoder()
  const { graph } = model
  const equal = new Map(graph.nodes.map(({ name }) => [name, 1 / graph.nodes.length]))
  const on = { ...target, time: equal }
  const one = offersOf(layers, model, on).find(({ text }) => text.includes('layer 1'))
  const [attention] = attentions(graph)
  const { query, key, value, output } = attention!
  const inside = nodesBetween(
    graph,
    indexGraph(graph),
    [query.input, key.input, value.input],
    output.node.outputs[0]!,
  )
  // Three projections with biases, four reorderings, scale, mask, softmax, two products, joining, output.
  expect([...inside].map(({ opType }) => opType).sort()).toEqual(
    [
      ...['MatMul', 'MatMul', 'MatMul', 'MatMul', 'MatMul', 'MatMul', 'Add', 'Add', 'Add', 'Add'],
      ...['Mul', 'Reshape', 'Reshape', 'Reshape', 'Reshape'],
      ...['Softmax', 'Transpose', 'Transpose', 'Transpose', 'Transpose'],
    ].sort(),
  )
  const quarter = offersOf(heads, model, on)[0]
  expect(quarter?.saves.cpuShare).toBeCloseTo((0.75 * 2 * inside.size) / graph.nodes.length, 10)
  expect(one?.saves.cpuShare).toBeGreaterThan(inside.size / graph.nodes.length)
  expect(one?.saves.cpuShare).toBeLessThan(0.5)
})
