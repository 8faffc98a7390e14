import { float32Tensor } from '../onnx/build.ts'
import type { Graph, Tensor } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { leastSquares, meanContribution } from './least-squares.ts'
import type { Artefact, Pass, Patched, Proposal, StatRequest, Stats } from './pass.ts'
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
  weightOf,
} from './structural-cut.ts'

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

/** Shares of the neurons that are proposed to stay, most saving first. */
const keepShares = [0.25, 0.5, 0.75] as const

const bytesOf = ({ up, down, neurons }: FeedForward): number =>
  4 *
  neurons *
  (down.outWidth + up.reduce((sum, one) => sum + one.inWidth + (one.bias === null ? 0 : 1), 0))

/** Shares of a model's bytes are taken for shares of its CPU time where nothing was measured yet. */
export function shareOfBytes(artefact: Artefact, bytes: number): number {
  const total = artefact.model.graph.initializers.reduce((sum, one) => sum + one.byteLength, 0)
  return total === 0 ? 0 : Math.min(1, bytes / total)
}

function proposals(artefact: Artefact, found: readonly FeedForward[]): readonly Proposal[] {
  const all = found.reduce((sum, one) => sum + bytesOf(one), 0)
  return keepShares.map((keep): Proposal => {
    const bytes = Math.round(all * (1 - keep))
    return {
      pass: 'neurons',
      params: { keep, repair: 'none' },
      text: `keep ${Math.round(100 * keep)} % of the feed-forward neurons of ${found.length} layers`,
      saves: { bytes, cpuShare: shareOfBytes(artefact, bytes) },
      risk: 0.6 * (1 - keep),
      exactness: 'lossy',
      repairs: ['bias', 'least-squares', 'distil'],
    }
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
    const energy = channelEnergy(block.down, statsOf(stats, block.down.input))
    const kept = strongest(energy, keptCount(block.neurons, share))
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

/** Removes the feed-forward neurons that send least energy on, E[a^2] ||W_out||^2, in every layer alike. */
export const neurons: Pass = {
  id: 'neurons',
  family: 'structural',
  propose(artefact) {
    const found = feedForwards(artefact.model.graph)
    return found.length === 0
      ? { pass: 'neurons', why: 'no pair of float32 layers with an elementwise activation between' }
      : proposals(artefact, found)
  },
  needs: ({ model }, proposal) =>
    feedForwards(model.graph).map(({ down }) => ({
      value: down.input,
      kind: statKindOf(repairOf(proposal)),
    })),
  apply,
}
