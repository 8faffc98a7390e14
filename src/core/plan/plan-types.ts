import type { BarSpec, BudgetSpec, RiskSpec, Spec } from '../spec/spec.ts'
import type { Estimate } from '../unit/estimate.ts'

export interface PlanCandidate {
  readonly id: string
  readonly energyPerItem: Estimate<'JPerItem'>
  readonly pricePerItem: Estimate<'moneyPerItem'>
  /** Items with an answer in the store or in a file, which cost nothing. */
  readonly stored: number
}

export interface PlanInput {
  readonly items: number
  readonly candidates: readonly PlanCandidate[]
  readonly incumbent: string | null
  readonly bar: BarSpec
  readonly risk: RiskSpec
  readonly budget: BudgetSpec
  readonly regime: Spec['regime']
  /** Answers per month that the choice will serve; null: not declared. */
  readonly volumePerMonth: number | null
  /** The metric is a mean over items; others must be run in full. */
  readonly wholeSetMetric: boolean
  /** Share of items on which a candidate and the incumbent are expected to differ (0.1 when unknown). */
  readonly disagreement?: number
}

/** What one candidate is likely to need. Unknown cost stays unknown. */
export interface PlannedCandidate {
  readonly id: string
  /** Expected items; `high` is the whole set. */
  readonly items: Estimate<'count'>
  readonly energy: Estimate<'J'>
  readonly money: Estimate<'money'>
}

export interface PlanReport {
  readonly regime: { readonly kind: 'full' | 'race'; readonly why: string }
  readonly candidates: readonly PlannedCandidate[]
  readonly energy: Estimate<'J'>
  readonly money: Estimate<'money'>
  readonly calls: Estimate<'count'>
  readonly fitsBudget: { readonly ok: boolean; readonly why: string }
  readonly labels: LabelReach
  /** The report in sentences, in the order to print. */
  readonly sentences: readonly string[]
}

/** What this many labels can and cannot show, for K candidates at this risk. Score units 0..1. */
export interface LabelReach {
  readonly n: number
  readonly looked: number
  readonly disagreement: number
  /** Smallest margin that can be certified for a candidate exactly as good as the incumbent, with power 0.8. */
  readonly certifiableMargin: number
  /** The same when candidate and incumbent never differ: nothing smaller can ever be certified. */
  readonly bestCaseMargin: number
  /** Smallest margin that can be supported, with power 0.8. */
  readonly supportableMargin: number
  /** Labels needed to certify the asked margin for a candidate exactly as good; null: no number suffices. */
  readonly labelsToCertify: number | null
  readonly labelsToSupport: number | null
}
