import type { LookTerms } from '../proof/look-alpha.ts'
import type { RatioCounts } from '../proof/loss-ratio.ts'
import type { Scores } from '../proof/pairing.ts'
import type { CandidateResult, SequentialEvidence } from '../result/candidate.ts'
import type { ClaimKind } from '../result/claim.ts'
import type { CostResult } from '../result/cost.ts'
import type { Cap, Decision } from '../result/run-result.ts'
import type { Saving } from '../result/saving.ts'
import type { BarSpec, ConstraintsSpec, RiskSpec, Spec } from '../spec/spec.ts'
import type { Estimate } from '../unit/estimate.ts'
import type { FactorModel } from '../unit/simulate.ts'

/** The part of a candidate's cost that orders it. */
type OrderingCost = Pick<
  CostResult,
  'meter' | 'energyPerItem' | 'cpuPerItem' | 'pricePerItem' | 'latencyP50' | 'latencyP95'
> & {
  readonly parameters: number | null
  /** Joules of an answer behind a server, where its size and tokens are known: modeled, so only apart from others. */
  readonly modeledEnergy?: FactorModel
}

/** What is known of one candidate (the incumbent among them) when the decision is made. */
export interface CandidateEvidence {
  readonly id: string
  readonly scores: Scores
  readonly cost: OrderingCost
  /** Why it could not be judged at all (crashed, out of memory); it gets the verdict `broken`. */
  readonly broken?: string
  /** The change that would mend it, where it is known. */
  readonly fix?: string
  /** Warm requests of batch 1, in seconds, for the p95 constraint. */
  readonly latenciesS?: readonly number[]
  readonly peakRss?: Estimate<'B'>
  /** From `Race.evidence(id)`, in the race regime only. */
  readonly sequential?: SequentialEvidence
  /** Per-item counts for ratio metrics, by position. */
  readonly counts?: RatioCounts
}

/**
 * A metric that is no mean over items (macro F1, MCC, corpus scores, F1 against an incumbent).
 * `value(id, weights)` returns the metric in 0..1 with item i counted weights[i] times.
 */
export interface WholeSetMetric {
  readonly name: string
  /** Items of the rarest class: resampling needs some of every class. */
  readonly rarest: number
  value(id: string, weights: ArrayLike<number>): number
}

export interface DecisionInput {
  /** `accuracy`, `agreement with the incumbent`, `mean score`, `macro F1`, ... */
  readonly metric: string
  /** Every candidate in the order of the spec; the incumbent too, where there is one. */
  readonly candidates: readonly CandidateEvidence[]
  readonly incumbent: string | null
  readonly bar: BarSpec
  readonly risk: RiskSpec
  /** Which look at the items this is, and what it may spend; absent: all of `risk.alpha`. */
  readonly look?: LookTerms
  readonly order: Spec['order']
  readonly regime: Decision['regime']
  /** Items in the data set (the N of set scope). */
  readonly items: number
  /** Candidates whose evaluation was stopped because it cost more than choosing them could save. */
  readonly notWorth?: readonly string[]
  /** Answers that the choice will serve (the declared volume), which bound and chance are for; absent: the long run. */
  readonly traffic?: number | null
  /** Cluster key by position; absent: every item stands alone. */
  readonly clusters?: readonly (string | null)[]
  /** Slice key -> value by position. */
  readonly slices?: Readonly<Record<string, readonly string[]>>
  readonly constraints?: ConstraintsSpec
  /** Ratio metric over `counts`, instead of the mean of scores. */
  readonly ratio?: 'f1' | 'precision' | 'recall'
  readonly whole?: WholeSetMetric
  readonly labelNoise?: Estimate<'share'>
  /** Incumbent / candidate, by candidate id, from interleaved windows. */
  readonly savings?: ReadonlyMap<string, Saving>
  readonly synthetic?: boolean
  /** Faults of the evidence, each with the strongest word that it allows. */
  readonly caps?: readonly Cap[]
  /** Seed of the bootstrap, where one is needed. */
  readonly seed: number
}

/** What the decision says of one candidate: fields of `CandidateResult`. */
export type CandidateJudgement = Pick<
  CandidateResult,
  'id' | 'verdict' | 'why' | 'n' | 'quality' | 'loss' | 'sequential' | 'constraints' | 'slices'
> & {
  /** How far it got: what it could be shipped as. */
  readonly standing: Standing
  /** Position in the order, 0 = cheapest; null when its cost is unknown. */
  readonly rank: number | null
}

/** `dearer`: costs as much as the incumbent or more. `cost-unknown`: nobody knows whether it is cheaper. */
export type Standing = ClaimKind | 'broken' | 'dearer' | 'cost-unknown' | 'incumbent'

export interface DecisionOutput {
  readonly decision: Decision
  readonly candidates: readonly CandidateJudgement[]
}
