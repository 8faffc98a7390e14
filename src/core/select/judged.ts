import type { CheckedConstraint } from '../proof/condition.ts'
import type { Correction } from '../proof/grade.ts'
import type { LookTerms } from '../proof/look-alpha.ts'
import type { LossModel } from '../proof/loss-model.ts'
import type { SequentialEvidence, SliceResult } from '../result/candidate.ts'
import type { Claim, ClaimKind } from '../result/claim.ts'
import type { CostOrder } from './cost-order.ts'
import type { DecisionInput, Standing } from './decision-input.ts'

/** One candidate with everything that was found about it. */
export interface Judged {
  readonly id: string
  readonly standing: Standing
  /** Of the bar and every condition together. */
  readonly grade: ClaimKind
  readonly why: string
  readonly loss: LossModel | null
  readonly claim: Claim | null
  readonly sequential: SequentialEvidence | null
  readonly constraints: readonly CheckedConstraint[]
  readonly slices: readonly SliceResult[]
}

export interface DecisionFacts {
  readonly input: DecisionInput
  readonly order: CostOrder
  readonly correction: Correction
  /** Cheapest first. */
  readonly ranked: readonly Judged[]
  /** Those of which nobody knows whether they are cheaper. */
  readonly uncosted: readonly Judged[]
  readonly chosen: Judged | null
  readonly limit: number
  readonly look: LookTerms
}

export type WithClaim = Judged & { readonly loss: LossModel; readonly claim: Claim }

export const hasClaim = (judged: Judged): judged is WithClaim =>
  judged.loss !== null && judged.claim !== null

/** Those that are good enough, and nobody knows whether they are cheaper. */
export const goodAtUnknownCost = ({
  uncosted,
}: Pick<DecisionFacts, 'uncosted'>): readonly Judged[] =>
  uncosted.filter(({ grade }) => grade === 'certified' || grade === 'supported')

/** Those that are not good enough, or not yet shown to be, whether or not their cost is known. */
export const shortOfTheBar = ({
  ranked,
  uncosted,
}: Pick<DecisionFacts, 'ranked' | 'uncosted'>): readonly Judged[] => [
  ...ranked.filter(({ standing }) => standing === 'undecided' || standing === 'none'),
  ...uncosted.filter(({ grade }) => grade === 'undecided' || grade === 'none'),
]

export const brokenRivals = ({ candidates, incumbent }: DecisionInput) =>
  candidates.filter(({ id, broken }) => id !== incumbent && broken !== undefined)

/** What a claim is about, for its sentences. */
export const subjectOf = ({ metric, bar }: DecisionInput) => ({
  metric,
  floor: bar.kind === 'absolute' ? bar.floor : null,
})
