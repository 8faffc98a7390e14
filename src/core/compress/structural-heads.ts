import { freshNames } from '../onnx/graph-edit.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import { taken } from '../onnx/kept-entries.ts'
import type { Graph, Model, Tensor } from '../onnx/model.ts'
import type { Artefact, Pass, Patched, Proposal, Stats } from './pass.ts'
import { type Dense, fusedParts, sharedInitializers } from './structural-anatomy.ts'
import { type Attention, attentions } from './structural-attention.ts'
import {
  channelEnergy,
  closed,
  keptOutputs,
  replaceTensors,
  statsOf,
  strongest,
  taylorOf,
} from './structural-cut.ts'
import { type CutSize, cutProposals, givesBack, importanceOf } from './structural-importance.ts'
import { repairedInputs, repairOf, statKindOf } from './structural-repair.ts'
import { resized } from './structural-shape.ts'
import { nodesBetween } from './structural-share.ts'

const bytesPerHead = ({ query, output, headWidth }: Attention): number =>
  4 * headWidth * (3 * query.inWidth + output.outWidth + 3)

const keepShares = [0.25, 0.5, 0.75] as const

/** Attention blocks of several heads that do not share a projection with anything else. */
export function cuttableAttentions(graph: Graph): readonly Attention[] {
  const shared = sharedInitializers(graph)
  const own = ({ weight, bias }: Dense) =>
    !shared.has(weight.name) && (bias === null || !shared.has(bias.name))
  return attentions(graph).filter(
    ({ query, key, value, output, heads }) => heads > 1 && [query, key, value, output].every(own),
  )
}

function sizes({ graph }: Model, found: readonly Attention[]): readonly CutSize[] {
  const index = indexGraph(graph)
  const inner = found.map(({ query, key, value, output }) => {
    const inputs = [query, key, value].map(({ input }) => input)
    return nodesBetween(graph, index, inputs, output.node.outputs[0] ?? '')
  })
  return keepShares.flatMap((keep) => {
    const bytes = found.reduce(
      (sum, one) => sum + bytesPerHead(one) * (one.heads - keptHeads(one, keep)),
      0,
    )
    const parts = found.map((one, at) => ({
      nodes: inner[at] ?? [],
      fraction: 1 - keptHeads(one, keep) / one.heads,
    }))
    const percent = Math.round(100 * keep)
    const text = `keep ${percent} % of the attention heads of ${found.length} layers`
    return bytes === 0 ? [] : [{ keep, bytes, parts, text, risk: 0.9 * (1 - keep) }]
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

/** The channels of heads in the attention's output, in order. */
export const channelsOf = ({ headWidth }: Attention, heads: readonly number[]): readonly number[] =>
  heads.flatMap((head) => Array.from({ length: headWidth }, (_, at) => head * headWidth + at))

/** The graph with only these heads in one attention block; `output` holds the tensors of its output projection for them. */
export function withHeads(
  graph: Graph,
  one: Attention,
  kept: readonly number[],
  output: readonly Tensor[],
): Graph {
  const channels = channelsOf(one, kept)
  const narrowed = replaceTensors(graph, [
    ...[one.query, one.key, one.value].flatMap((dense) => keptOutputs(dense, channels)),
    ...one.headTables.map((table) => taken(table, [1], kept)),
    ...output,
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
  for (const { join } of cuttableAttentions(graph)) {
    // Nodes of other layers are the same objects after a cut, so each block is found again in the graph as it is now.
    const one = cuttableAttentions(graph).find((block) => block.join === join)
    if (one === undefined) continue
    const scores =
      importanceOf(proposal) === 'taylor'
        ? taylorOf(statsOf(stats, one.output.input), one.output)
        : headEnergy(one, stats, givesBack(proposal, one.output))
    const kept = strongest(scores, keptHeads(one, share))
    const output = repairedInputs(one.output, channelsOf(one, kept), stats, repairOf(proposal))
    graph = withHeads(graph, one, kept, output)
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
    const { model } = artefact
    const found = cuttableAttentions(model.graph)
    if (found.length === 0) return { pass: 'heads', why: whyNone(model.graph) }
    const inputs = found.map(({ output }) => output.input)
    return cutProposals('heads', artefact, target, inputs, sizes(model, found))
  },
  needs: ({ model }, proposal) =>
    cuttableAttentions(model.graph).map(({ output, headWidth }) => ({
      value: output.input,
      kind: statKindOf(repairOf(proposal)),
      ...(importanceOf(proposal) === 'taylor' ? { taylor: headWidth } : {}),
    })),
  apply,
}
