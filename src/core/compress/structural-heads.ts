import { freshNames } from '../onnx/graph-edit.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Tensor } from '../onnx/model.ts'
import type { Artefact, Pass, Patched, Proposal, Stats, Target } from './pass.ts'
import { type Attention, attentions, fusedParts } from './structural-anatomy.ts'
import {
  channelEnergy,
  closed,
  keptOutputs,
  replaceTensors,
  statsOf,
  strongest,
  taken,
  taylorOf,
} from './structural-cut.ts'
import {
  givesBack,
  healedInputs,
  importanceOf,
  importances,
  importanceText,
  repairOf,
  statKindOf,
} from './structural-neurons.ts'
import { resized } from './structural-shape.ts'
import { cpuShareOf, nodesBetween } from './structural-share.ts'

const bytesPerHead = ({ query, output, headWidth }: Attention): number =>
  4 * headWidth * (3 * query.inWidth + output.outWidth + 3)

const keepShares = [0.25, 0.5, 0.75] as const

/** Attention blocks that do not share a projection with anything else. */
function cuttable(graph: Graph): readonly Attention[] {
  const uses = new Map<string, number>()
  for (const node of graph.nodes)
    for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1)
  return attentions(graph).filter(
    ({ query, key, value, output, heads }) =>
      heads > 1 &&
      [query, key, value, output].every(({ weight, bias }) => {
        return uses.get(weight.name) === 1 && (bias === null || uses.get(bias.name) === 1)
      }),
  )
}

function proposals(
  artefact: Artefact,
  target: Target,
  found: readonly Attention[],
): readonly Proposal[] {
  const { graph } = artefact.model
  const index = indexGraph(graph)
  const inner = found.map(({ query, key, value, output }) => {
    const inputs = [query, key, value].map(({ input }) => input)
    return nodesBetween(graph, index, inputs, output.node.outputs[0] ?? '')
  })
  const { kinds, note } = importances(
    artefact,
    found.map(({ output }) => output.input),
  )
  return keepShares.flatMap((keep) => {
    const bytes = found.reduce(
      (sum, one) => sum + bytesPerHead(one) * (one.heads - keptHeads(one, keep)),
      0,
    )
    if (bytes === 0) return []
    const parts = found.map((one, at) => ({
      nodes: inner[at] ?? [],
      fraction: 1 - keptHeads(one, keep) / one.heads,
    }))
    return kinds.map(
      (importance): Proposal => ({
        pass: 'heads',
        params: { keep, repair: 'none', importance },
        text: `keep ${Math.round(100 * keep)} % of the attention heads of ${found.length} layers, by ${importanceText[importance]}${note}`,
        saves: { bytes, cpuShare: cpuShareOf(artefact, target, bytes, parts) },
        risk: 0.9 * (1 - keep),
        exactness: 'lossy',
        repairs: ['bias', 'least-squares', 'distil'],
      }),
    )
  })
}

const keptHeads = ({ heads }: Attention, share: number): number =>
  Math.max(1, Math.round(heads * share))

/** Energy of a head: the sum over its rows of the output projection; of what fluctuates alone, where the repair gives back the rest. */
export function headEnergy(
  { output, heads, headWidth }: Attention,
  stats: Stats,
  fluctuation = false,
): Float64Array {
  const channels = channelEnergy(output, statsOf(stats, output.input), fluctuation)
  return Float64Array.from({ length: heads }, (_, head) =>
    channels
      .subarray(head * headWidth, (head + 1) * headWidth)
      .reduce((sum, energy) => sum + energy, 0),
  )
}

/** The graph with only these heads in one attention block. */
function cut(graph: Graph, one: Attention, kept: readonly number[], stats: Stats, p: Proposal) {
  const channels = kept.flatMap((head) =>
    Array.from({ length: one.headWidth }, (_, at) => head * one.headWidth + at),
  )
  const narrowed = replaceTensors(graph, [
    ...[one.query, one.key, one.value].flatMap((dense) => keptOutputs(dense, channels)),
    ...one.headTables.map((table) => taken(table, 1, kept)),
    ...healedInputs(one.output, channels, stats, repairOf(p)),
  ])
  return reshaped(narrowed, one, kept.length)
}

/** Splits and joins with the new sizes. */
function reshaped(graph: Graph, one: Attention, heads: number): Graph {
  const fresh = freshNames(graph)
  const index = indexGraph(graph)
  const added: Tensor[] = []
  const splits = new Set(one.splits)
  const nodes = graph.nodes.flatMap((node) => {
    if (!splits.has(node) && node !== one.join) return [node]
    const size = splits.has(node)
      ? { fromEnd: 1, size: heads }
      : { fromEnd: 0, size: heads * one.headWidth }
    const changed = resized(index, node, size, fresh)
    added.push(...changed.initializers)
    return changed.nodes
  })
  return { ...graph, nodes, initializers: [...graph.initializers, ...added] }
}

function apply(artefact: Artefact, proposal: Proposal, stats: Stats): Patched {
  const share = Number(proposal.params['keep'])
  const { model } = artefact
  const changes: string[] = []
  let { graph } = model
  for (const { join } of cuttable(graph)) {
    // Nodes of other layers are the same objects after a cut, so each block is found again in the graph as it is now.
    const one = cuttable(graph).find((block) => block.join === join)
    if (one === undefined) continue
    const scores =
      importanceOf(proposal) === 'taylor'
        ? taylorOf(statsOf(stats, one.output.input), one.output)
        : headEnergy(one, stats, givesBack(proposal, one.output))
    const kept = strongest(scores, keptHeads(one, share))
    graph = cut(graph, one, kept, stats, proposal)
    changes.push(
      `${one.output.node.name || one.output.weight.name}: ${one.heads} heads to ${kept.length} (${kept.join(', ')} stay)`,
    )
  }
  return { artefact: { ...artefact, model: closed(model, graph) }, changes }
}

function whyNone(graph: Graph): string {
  const parts = fusedParts(graph)
  return parts === ''
    ? 'no attention of several heads in float32 that can be cut (scores per head that layers share count as one that cannot)'
    : `attention is fused into single nodes: ${parts}`
}

/**
 * Removes the attention heads that matter least, in every layer alike: those that send least energy through the output projection, or
 * those by which the loss changes least to first order (`taylorGraph`; Michel et al., arXiv 1905.10650).
 */
export const heads: Pass = {
  id: 'heads',
  family: 'structural',
  propose(artefact, target) {
    const found = cuttable(artefact.model.graph)
    return found.length === 0
      ? { pass: 'heads', why: whyNone(artefact.model.graph) }
      : proposals(artefact, target, found)
  },
  needs: ({ model }, proposal) =>
    cuttable(model.graph).map(({ output, headWidth }) => ({
      value: output.input,
      kind: statKindOf(repairOf(proposal)),
      ...(importanceOf(proposal) === 'taylor' ? { taylor: headWidth } : {}),
    })),
  apply,
}
