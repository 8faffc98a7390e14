import { indexGraph } from '../onnx/graph-index.ts'
import { taken } from '../onnx/kept-entries.ts'
import type { Graph, Model } from '../onnx/model.ts'
import type { Artefact, Pass, Patched, Proposal, Stats } from './pass.ts'
import { type FeedForward, feedForwards } from './structural-anatomy.ts'
import {
  channelEnergy,
  closed,
  keptOutputs,
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
import { type CutRepair, repairedInputs, repairOf, statKindOf } from './structural-repair.ts'
import { nodesBetween } from './structural-share.ts'

/**
 * Shares of the neurons that are proposed to stay, most saving first. An eighth is bold by importance alone and often not with least
 * squares: 64 of 512 neurons kept the example family's accuracy without any training.
 */
const keepShares = [0.125, 0.25, 0.5, 0.75] as const

const bytesOf = ({ up, down, neurons }: FeedForward): number =>
  4 *
  neurons *
  (down.outWidth + up.reduce((sum, one) => sum + one.inWidth + (one.bias === null ? 0 : 1), 0))

function sizes({ graph }: Model, found: readonly FeedForward[]): readonly CutSize[] {
  const index = indexGraph(graph)
  const inner = found.map(({ up, down }) => {
    const inputs = up.map(({ input }) => input)
    return nodesBetween(graph, index, inputs, down.node.outputs[0] ?? '')
  })
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
    const percent = Number((100 * keep).toFixed(1))
    const text = `keep ${percent} % of the feed-forward neurons of ${found.length} layers`
    return [{ keep, bytes, parts, text, risk: 0.6 * (1 - keep) }]
  })
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
    ...block.vectors.map((vector) => taken(vector, [0], kept)),
    ...repairedInputs(block.down, kept, stats, how),
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
    const inputs = found.map(({ down }) => down.input)
    const offers = cutProposals('neurons', artefact, target, inputs, sizes(artefact.model, found))
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
