import { float32Tensor } from '../onnx/build.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Tensor } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { leastSquares, meanContribution } from './least-squares.ts'
import type { Artefact, Pass, Patched, Proposal, StatRequest, Stats, Target } from './pass.ts'
import { type Dense, type FeedForward, feedForwards } from './structural-anatomy.ts'
import {
  channelEnergy,
  closed,
  inputRows,
  keptInputs,
  keptOutputs,
  removedOf,
  replaceTensors,
  statsOf,
  strongest,
  taken,
  taylorOf,
  weightOf,
} from './structural-cut.ts'
import { cpuShareOf, nodesBetween } from './structural-share.ts'
import { taylorRefusal } from './taylor.ts'

/** How a cut is healed from statistics, without training. */
export type CutRepair = 'none' | 'bias' | 'least-squares'

export const repairOf = (proposal: Proposal): CutRepair => {
  const { repair } = proposal.params
  return repair === 'bias' || repair === 'least-squares' ? repair : 'none'
}

/**
 * The consumer of cut inputs, with its weight (and bias, where it has one) healed as asked: `bias` adds what the removed inputs gave on
 * average; `least-squares` refits the weight to the Gram matrix, around the means where there is a bias.
 */
export function healedInputs(
  dense: Dense,
  kept: readonly number[],
  stats: Stats,
  repair: CutRepair,
): readonly Tensor[] {
  if (repair === 'none' || (repair === 'bias' && dense.bias === null))
    return [keptInputs(dense, kept)]
  const { inWidth, outWidth, bias } = dense
  const { mean, gram } = statsOf(stats, dense.input)
  const rows = inputRows(dense)
  const removed = removedOf(inWidth, kept)
  const shift = meanContribution(mean, rows, outWidth, removed)
  if (repair === 'bias' || gram === null || bias === null)
    return [
      repair === 'least-squares' && gram !== null
        ? weightOf(dense, leastSquares(gram, rows, dense, kept, removed), kept.length)
        : keptInputs(dense, kept),
      ...(bias === null ? [] : [shifted(bias, shift)]),
    ]
  const refitted = leastSquares(covariance(gram, mean, inWidth), rows, dense, kept, removed)
  for (const [line, row] of kept.entries())
    for (let o = 0; o < outWidth; o += 1)
      shift[o] =
        (shift[o] ?? 0) +
        (mean[row] ?? 0) * ((rows[row * outWidth + o] ?? 0) - (refitted[line * outWidth + o] ?? 0))
  return [weightOf(dense, refitted, kept.length), shifted(bias, shift)]
}

function covariance(gram: Float64Array, mean: Float64Array, width: number): Float64Array {
  const out = Float64Array.from(gram)
  for (let i = 0; i < width; i += 1)
    for (let j = 0; j < width; j += 1)
      out[i * width + j] = (out[i * width + j] ?? 0) - (mean[i] ?? 0) * (mean[j] ?? 0)
  return out
}

function shifted(bias: Tensor, shift: Float64Array): Tensor {
  const values = float32Of(bias).map((value, at) => value + (shift[at] ?? 0))
  return float32Tensor(bias.name, bias.dims, values)
}

/** Kinds of statistics that a cut and its repair read: importance and bias need sums alone. */
export const statKindOf = (repair: CutRepair): StatRequest['kind'] =>
  repair === 'least-squares' ? 'gram' : 'energy'

/**
 * Shares of the neurons that are proposed to stay, most saving first. An eighth is bold by importance alone and often not with least
 * squares: 64 of 512 neurons kept the example family's accuracy without any training.
 */
const keepShares = [0.125, 0.25, 0.5, 0.75] as const

const bytesOf = ({ up, down, neurons }: FeedForward): number =>
  4 *
  neurons *
  (down.outWidth + up.reduce((sum, one) => sum + one.inWidth + (one.bias === null ? 0 : 1), 0))

/** What decides which neurons, heads or channels stay: the energy that they send on, or the slope of the loss by them. */
export type Importance = 'energy' | 'taylor'

export const importanceOf = ({ params }: Proposal): Importance =>
  params['importance'] === 'taylor' ? 'taylor' : 'energy'

/** The importances that can be had of a model, and why one cannot. */
export function importances(
  { model }: Artefact,
  values: readonly string[],
): { readonly kinds: readonly Importance[]; readonly note: string } {
  const why = taylorRefusal(model, values)
  return why === null
    ? { kinds: ['energy', 'taylor'], note: '' }
    : { kinds: ['energy'], note: ` (by energy alone: ${why})` }
}

/** Whether the repair gives back what removed inputs of this layer send on average, so that only what fluctuates is lost. */
export const givesBack = (proposal: Proposal, { bias }: Dense): boolean =>
  repairOf(proposal) !== 'none' && bias !== null

export const importanceText = { energy: 'energy', taylor: 'slope of the loss' } as const

function proposals(
  artefact: Artefact,
  target: Target,
  found: readonly FeedForward[],
): readonly Proposal[] {
  const { graph } = artefact.model
  const index = indexGraph(graph)
  const inner = found.map(({ up, down }) => {
    const inputs = up.map(({ input }) => input)
    return nodesBetween(graph, index, inputs, down.node.outputs[0] ?? '')
  })
  const { kinds, note } = importances(
    artefact,
    found.map(({ down }) => down.input),
  )
  const offered = new Set([0])
  return keepShares.flatMap((keep) => {
    const gone = found.map(({ neurons }) => 1 - keptCount(neurons, keep) / neurons)
    const bytes = Math.round(
      found.reduce((sum, one, at) => sum + bytesOf(one) * (gone[at] ?? 0), 0),
    )
    // Narrow layers round to the same cut for several shares, or to none.
    if (offered.has(bytes)) return []
    offered.add(bytes)
    const parts = inner.map((nodes, at) => ({ nodes, fraction: gone[at] ?? 0 }))
    return kinds.map(
      (importance): Proposal => ({
        pass: 'neurons',
        params: { keep, repair: 'none', importance },
        text: `keep ${Number((100 * keep).toFixed(1))} % of the feed-forward neurons of ${found.length} layers, by ${importanceText[importance]}${note}`,
        saves: { bytes, cpuShare: cpuShareOf(artefact, target, bytes, parts) },
        risk: 0.6 * (1 - keep),
        exactness: 'lossy',
        repairs: ['bias', 'least-squares', 'distil'],
      }),
    )
  })
}

/** A multiple of 8 where there are that many: kernels work in eights. */
export function keptCount(size: number, share: number): number {
  const wanted = Math.max(1, Math.round(size * share))
  return wanted < 16 ? wanted : Math.min(size, 8 * Math.round(wanted / 8))
}

function cut(
  graph: Graph,
  block: FeedForward,
  kept: readonly number[],
  stats: Stats,
  how: CutRepair,
) {
  return replaceTensors(graph, [
    ...block.up.flatMap((dense) => keptOutputs(dense, kept)),
    ...block.vectors.map((vector) => taken(vector, 0, kept)),
    ...healedInputs(block.down, kept, stats, how),
  ])
}

function apply(artefact: Artefact, proposal: Proposal, stats: Stats): Patched {
  const share = Number(proposal.params['keep'])
  const { model } = artefact
  const changes: string[] = []
  let { graph } = model
  for (const block of feedForwards(graph)) {
    const figures = statsOf(stats, block.down.input)
    const energy = channelEnergy(block.down, figures, givesBack(proposal, block.down))
    const scores = importanceOf(proposal) === 'taylor' ? taylorOf(figures, block.down) : energy
    const kept = strongest(scores, keptCount(block.neurons, share))
    graph = cut(graph, block, kept, stats, repairOf(proposal))
    const total = energy.reduce((sum, one) => sum + one, 0)
    const stays = kept.reduce((sum, at) => sum + (energy[at] ?? 0), 0)
    const held = total === 0 ? 100 : (100 * stays) / total
    changes.push(
      `${block.down.node.name || block.down.weight.name}: ${block.neurons} neurons to ${kept.length}, which carried ${held.toFixed(1)} % of the energy`,
    )
  }
  return { artefact: { ...artefact, model: closed(model, graph) }, changes }
}

/**
 * Removes the feed-forward neurons that matter least, in every layer alike: those that send least energy on, E[a^2] ||W_out||^2, or
 * those by which the loss changes least to first order (`taylorGraph`).
 */
export const neurons: Pass = {
  id: 'neurons',
  family: 'structural',
  propose(artefact, target) {
    const found = feedForwards(artefact.model.graph)
    if (found.length === 0)
      return {
        pass: 'neurons',
        why: 'no pair of float32 layers with an elementwise activation between',
      }
    const offers = proposals(artefact, target, found)
    const why = 'its layers are as narrow as they can be'
    return offers.length === 0 ? { pass: 'neurons', why } : offers
  },
  needs: ({ model }, proposal) =>
    feedForwards(model.graph).map(({ down }) => ({
      value: down.input,
      kind: statKindOf(repairOf(proposal)),
      ...(importanceOf(proposal) === 'taylor' ? { taylor: 1 } : {}),
    })),
  apply,
}
