import type { Artefact, Proposal, Target } from './pass.ts'
import type { Dense } from './structural-anatomy.ts'
import { repairOf } from './structural-repair.ts'
import { cpuShareOf, type Shrinking } from './structural-share.ts'
import { taylorRefusal } from './taylor.ts'

/** What decides which neurons, heads or channels stay: the energy that they send on, or the slope of the loss by them. */
export type Importance = 'energy' | 'taylor'

export const importanceOf = ({ params }: Proposal): Importance =>
  params['importance'] === 'taylor' ? 'taylor' : 'energy'

const importanceText = { energy: 'energy', taylor: 'slope of the loss' } as const

/** Whether the repair gives back what removed inputs of this layer send on average, so that only what fluctuates is lost. */
export const givesBack = (proposal: Proposal, { bias }: Dense): boolean =>
  repairOf(proposal) !== 'none' && bias !== null

/** One size of a cut, before it is decided which parts stay. */
export interface CutSize {
  /** Share of the parts that stay. */
  readonly keep: number
  readonly text: string
  /** Bytes that go. */
  readonly bytes: number
  /** Nodes that shrink, for the prediction of CPU time. */
  readonly parts: readonly Shrinking[]
  readonly risk: number
}

/** The proposals of a pass that cuts inputs of layers: each size with each importance that can be obtained; `inputs` are the values that are cut. */
export function cutProposals(
  pass: string,
  artefact: Artefact,
  target: Target,
  inputs: readonly string[],
  sizes: readonly CutSize[],
): readonly Proposal[] {
  const why = taylorRefusal(artefact.model, inputs)
  const kinds: readonly Importance[] = why === null ? ['energy', 'taylor'] : ['energy']
  const note = why === null ? '' : ` (by energy alone: ${why})`
  return sizes.flatMap(({ keep, text, bytes, parts, risk }) => {
    const saves = { bytes, cpuShare: cpuShareOf(artefact, target, bytes, parts) }
    return kinds.map((importance): Proposal => {
      const params = { keep, repair: 'none', importance }
      const whole = `${text}, by ${importanceText[importance]}${note}`
      const exactness = 'lossy'
      const repairs = ['bias', 'least-squares', 'distil'] as const
      return { pass, params, text: whole, saves, risk, exactness, repairs }
    })
  })
}

/** A multiple of 8 where there are that many: kernels work in eights. */
export function keptCount(size: number, share: number): number {
  const wanted = Math.max(1, Math.round(size * share))
  return wanted < 16 ? wanted : Math.min(size, 8 * Math.round(wanted / 8))
}
