import { RightsizeError } from '../error/error.ts'
import { floatOf } from '../onnx/attributes.ts'
import { float32Tensor, floatAttribute, int64Tensor } from '../onnx/build.ts'
import { freshNames } from '../onnx/graph-edit.ts'
import { taken } from '../onnx/kept-entries.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import { float32Of, integersOf } from '../onnx/tensor-values.ts'
import type { Artefact, Pass, Patched, Proposal, StatRequest, Stats } from './pass.ts'
import type { StreamNorm } from './stream-walk.ts'
import { type Dense, sharedInitializers } from './structural-anatomy.ts'
import {
  channelEnergy,
  closed,
  replaceTensors,
  statsOf,
  strongest,
  taylorOf,
} from './structural-cut.ts'
import {
  type CutSize,
  cutProposals,
  givesBack,
  importanceOf,
  keptCount,
} from './structural-importance.ts'
import { repairedInputs, repairOf, statKindOf } from './structural-repair.ts'
import type { Shrinking } from './structural-share.ts'
import { type Stream, streamOf } from './structural-stream.ts'

/** Shares of the channels that are proposed to stay, most saving first. */
const keepShares = [0.5, 0.75, 0.875] as const

function sizes(stream: Stream): readonly CutSize[] {
  const { width } = stream
  return keepShares.flatMap((keep) => {
    const count = keptCount(width, keep)
    if (count >= width) return []
    const share = count / width
    const bytes = stream.tensors.reduce(
      (sum, { tensor, axes }) => sum + tensor.byteLength * (1 - share ** axes.length),
      0,
    )
    return [
      {
        keep,
        text: `keep ${count} of ${width} channels of the residual stream`,
        bytes: Math.round(bytes),
        parts: shrinking(stream, share),
        risk: Math.min(0.95, 1.4 * (1 - keep) + 0.2),
      },
    ]
  })
}

/** Every node at the stream works on fewer channels; a layer from the stream to itself on fewer twice. */
function shrinking({ nodes, tensors }: Stream, share: number): readonly Shrinking[] {
  const axes = new Map(tensors.map(({ tensor, axes: cut }) => [tensor.name, cut.length]))
  return nodes.map((node) => {
    const most = Math.max(1, ...node.inputs.map((input) => axes.get(input) ?? 0))
    return { nodes: [node], fraction: 1 - share ** most }
  })
}

/** The values that layers read from the stream, each once. */
const inputsOf = ({ readers }: Stream): readonly string[] => [
  ...new Set(readers.map(({ input }) => input)),
]

/**
 * What each channel is worth: the energy that it sends into each layer, as a share of all that the layer gets, so that layers count
 * alike; or the sum over what layers read of the loss's slope by it.
 */
function scoresOf(stream: Stream, stats: Stats, proposal: Proposal): Float64Array {
  const scores = new Float64Array(stream.width)
  const add = (values: Float64Array, factor: number) => {
    for (const [at, value] of values.entries()) scores[at] = (scores[at] ?? 0) + factor * value
  }
  if (importanceOf(proposal) === 'taylor') {
    const seen = new Map(stream.readers.map((reader) => [reader.input, reader]))
    for (const [input, reader] of seen) add(taylorOf(statsOf(stats, input), reader), 1)
    return scores
  }
  for (const reader of stream.readers) {
    const back = givesBack(proposal, reader)
    const energy = channelEnergy(reader, statsOf(stats, reader.input), back)
    const total = energy.reduce((sum, one) => sum + one, 0)
    if (total > 0) add(energy, 1 / total)
  }
  return scores
}

/**
 * How much wider the kept channels spread than all did, on average over the calibration set: the ratio of their variances over channels.
 * A normalisation divides by the spread, so its scale takes the root of this factor, what it adds to the variance the factor, and the
 * kept channels keep their size. Exact where the removed channels were 0 and the mean over channels too; that the mean over channels
 * varies between texts is left out.
 */
function spreadFactor({ input, centred }: StreamNorm, stats: Stats, kept: readonly number[]) {
  const { mean, secondMoment } = statsOf(stats, input)
  const all = Array.from(secondMoment, (_, at) => at)
  const variance = (channels: readonly number[]) => {
    const average = (values: Float64Array) =>
      channels.reduce((sum, at) => sum + (values[at] ?? 0), 0) / channels.length
    return average(secondMoment) - (centred ? average(mean) ** 2 : 0)
  }
  const [now, before] = [variance(kept), variance(all)]
  return kept.length < all.length && now > 0 && before > 0 ? now / before : 1
}

/** The layers whose bias a repair may change: it serves them alone. */
function repairable(graph: Graph, { tensors, readers }: Stream): readonly Dense[] {
  const cut = new Set(tensors.map(({ tensor }) => tensor.name))
  const shared = sharedInitializers(graph)
  return readers.filter(
    ({ bias }) => bias === null || (!cut.has(bias.name) && !shared.has(bias.name)),
  )
}

/** The graph with only these channels. */
function narrowed(
  graph: Graph,
  stream: Stream,
  kept: readonly number[],
  stats: Stats,
  proposal: Proposal,
): Graph {
  const factors = new Map(stream.norms.map((norm) => [norm, spreadFactor(norm, stats, kept)]))
  const scaled = new Map([...factors].map(([{ scale }, factor]) => [scale.name, Math.sqrt(factor)]))
  const tensors = stream.tensors.map(({ tensor, axes }) =>
    times(taken(tensor, axes, kept), scaled.get(tensor.name) ?? 1),
  )
  const small = [...factors].flatMap(([{ epsilon }, factor]) =>
    epsilon !== null && 'tensor' in epsilon ? [times(epsilon.tensor, factor)] : [],
  )
  const repair = repairOf(proposal)
  const repaired =
    repair === 'none' || kept.length === stream.width
      ? []
      : repairable(graph, stream).flatMap((dense) => repairedInputs(dense, kept, stats, repair))
  const narrow = replaceTensors(graph, [...tensors, ...small, ...repaired])
  return resized(withEpsilons(narrow, factors), stream.reshapes, kept.length)
}

function times(tensor: Tensor, factor: number): Tensor {
  if (factor === 1) return tensor
  const values = float32Of(tensor).map((value) => value * factor)
  return float32Tensor(tensor.name, tensor.dims, values)
}

/** Normalisations add to the variance of fewer channels what is the same beside it as before. */
function withEpsilons(graph: Graph, factors: ReadonlyMap<StreamNorm, number>): Graph {
  const byNode = new Map(
    [...factors].flatMap(([{ epsilon }, factor]) =>
      epsilon !== null && 'node' in epsilon && factor !== 1
        ? [[epsilon.node, factor] as const]
        : [],
    ),
  )
  const nodes = graph.nodes.map((node): Node => {
    const factor = byNode.get(node)
    if (factor === undefined) return node
    const others = node.attributes.filter(({ name }) => name !== 'epsilon')
    const epsilon = floatAttribute('epsilon', factor * floatOf(node, 'epsilon', 1e-5))
    return { ...node, attributes: [...others, epsilon] }
  })
  return { ...graph, nodes }
}

/** Reshapes that say the width say the new one, in constants of their own. */
function resized(graph: Graph, reshapes: readonly Node[], width: number): Graph {
  const fresh = freshNames(graph)
  const added: Tensor[] = []
  const chosen = new Set(reshapes)
  const nodes = graph.nodes.map((node): Node => {
    if (!chosen.has(node)) return node
    const [data = '', shape = ''] = node.inputs
    const old = graph.initializers.find(({ name }) => name === shape)
    const sizes = old === undefined ? [] : integersOf(old)
    const name = fresh(`${shape}/width`)
    added.push(int64Tensor(name, [sizes.length], [...sizes.slice(0, -1), width]))
    return { ...node, inputs: [data, name] }
  })
  return { ...graph, nodes, initializers: [...graph.initializers, ...added] }
}

function apply(artefact: Artefact, proposal: Proposal, stats: Stats): Patched {
  const { model } = artefact
  const stream = streamOf(model.graph)
  if (typeof stream === 'string') throw new RightsizeError('SHRINK_PASS', `width: ${stream}`)
  const scores = scoresOf(stream, stats, proposal)
  const kept = strongest(scores, keptCount(stream.width, Number(proposal.params['keep'])))
  const graph = narrowed(model.graph, stream, kept, stats, proposal)
  const total = scores.reduce((sum, one) => sum + one, 0)
  const held = total === 0 ? 1 : kept.reduce((sum, at) => sum + (scores[at] ?? 0), 0) / total
  const { tensors, readers, norms } = stream
  const changes = [
    `residual stream: ${stream.width} channels to ${kept.length}, which carried ${(100 * held).toFixed(1)} % of the importance`,
    `${tensors.length} tensors cut, ${readers.length} reading layers, ${norms.length} normalizations scaled to the new spread`,
  ]
  return { artefact: { ...artefact, model: closed(model, graph) }, changes }
}

function needs({ model }: Artefact, proposal: Proposal): readonly StatRequest[] {
  const stream = streamOf(model.graph)
  if (typeof stream === 'string') return []
  const kind = statKindOf(repairOf(proposal))
  const taylor = importanceOf(proposal) === 'taylor' ? { taylor: 1 } : {}
  return [
    ...inputsOf(stream).map((value) => ({ value, kind, ...taylor })),
    ...stream.norms.map(({ input }) => ({ value: input, kind: 'energy' as const })),
  ]
}

/**
 * Removes channels of the residual stream everywhere: columns of the tables of vectors, scales and biases of normalisations, inputs of
 * query, key, value and feed-forward, outputs of their second halves, inputs of the head.
 *
 * When to use: on models wider than their task needs; it shrinks every layer and every table at once.
 * When it misleads: nearly every channel carries something, so it needs training afterwards more than any other cut does; choose it
 * after layers and neurons. A stream that is an output of the model (token states) cannot be cut.
 * Source: Xia et al., Structured pruning learns compact and accurate models, arXiv 2204.00408, 3.1 (masks of the hidden dimension).
 */
export const width: Pass = {
  id: 'width',
  family: 'structural',
  propose(artefact, target) {
    const stream = streamOf(artefact.model.graph)
    if (typeof stream === 'string') return { pass: 'width', why: stream }
    const offers = cutProposals('width', artefact, target, inputsOf(stream), sizes(stream))
    const why = `the residual stream is only ${stream.width} channels wide`
    return offers.length === 0 ? { pass: 'width', why } : offers
  },
  needs,
  apply,
}
