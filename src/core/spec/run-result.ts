import type { Claim, ClaimKind } from '../result/claim.ts'
import type { Estimate } from '../unit/estimate.ts'
import type { BarSpec, CandidateSettings, RiskSpec } from './spec.ts'

/** The one versioned JSON that a run makes. Reports, the lock and exports read only this. No NaN, no Infinity. */
export interface RunResult {
  readonly schema: 'rightsize/run-result@1'
  readonly task: TaskResult
  readonly bar: BarSpec
  readonly risk: RiskSpec
  readonly decision: Decision
  readonly incumbent: string | null
  readonly candidates: readonly CandidateResult[]
  readonly differences: readonly Difference[]
  readonly overhead: Overhead
  readonly account: AccountResult | null
  readonly environment: Environment
  readonly provenance: Provenance
  /**
   * Scores by item and candidate, in the order of `items`; null: not judged. With them a result can be decided again
   * under another bar, calling no model.
   */
  readonly outcomes?: {
    readonly items: readonly string[]
    readonly scores: Readonly<Record<string, readonly (number | null)[]>>
  }
}

export interface TaskResult {
  readonly name: string
  readonly description: string | null
  readonly synthetic: boolean
  /** accuracy, agreement with the incumbent, mean score, macro-f1, ... */
  readonly metric: string
  readonly scorer: string
  readonly items: number
  readonly labels: readonly string[]
  readonly slices: Readonly<Record<string, readonly string[]>>
  readonly clusters: number | null
  readonly data: Readonly<
    Record<string, { readonly path: string; readonly items: number; readonly digest: string }>
  >
  /** What was found wrong with the data, in plain words, with counts and examples. */
  readonly warnings: readonly DataWarning[]
  /** Share of conflicting labels among duplicates and near-duplicates; unknown where none were found to judge from. */
  readonly labelNoise: Estimate<'share'>
  /** How many times this data set has been looked at, this run included. */
  readonly look: number
}

export interface DataWarning {
  readonly code: string
  readonly text: string
  readonly count: number
  readonly examples: readonly string[]
}

export type DecisionKind = ClaimKind

export interface Decision {
  readonly kind: DecisionKind
  /** Id of the chosen candidate; for `none` and `undecided` the incumbent (or null). */
  readonly chosen: string | null
  /** The decision in two sentences. */
  readonly headline: string
  /** Set scope: whether the full run over these items agrees, exact. Never a promise about traffic. */
  readonly matches: ScopeClaim
  /** Population scope, over every candidate looked at. */
  readonly certified: ScopeClaim
  /** For supported: the risk taken. P(loss > margin) of the chosen, corrected for selection; null where nothing was chosen. */
  readonly pLossOverMargin: number | null
  readonly next: readonly NextStep[]
  readonly order: {
    readonly by: 'energy' | 'cpu-time' | 'price' | 'latency' | 'parameters' | 'written'
    readonly word: string
    readonly why: string
  }
  readonly regime: { readonly kind: 'full' | 'race'; readonly why: string }
  /** Candidates that could have been accepted (the K of the correction). */
  readonly looked: number
  /** Headline ratio incumbent / chosen per resolved task, from interleaved windows. */
  readonly saving: Saving | null
  /** For `none`: best quality reached by a cheaper candidate, its gap to the bar, and what to try. */
  readonly gap: {
    readonly best: string
    readonly quality: number
    readonly gap: number
    readonly tryNext: string
  } | null
}

export interface ScopeClaim {
  readonly holds: boolean
  readonly text: string
}

export interface NextStep {
  readonly kind: 'labels' | 'canary' | 'cascade' | 'candidate' | 'meter' | 'none'
  /** Items to label or calls to make, where that is the step. */
  readonly count: number | null
  readonly text: string
}

export interface Saving {
  /** energy, CPU time (energy proxy), price, latency, parameters. */
  readonly of: string
  readonly ratio: Estimate<'ratio'>
  /** Whether the ratio is per resolved task or per answer. */
  readonly per: 'resolved task' | 'answer'
}

export type Verdict = 'meets' | 'fails' | 'inconclusive' | 'broken'

export interface CandidateResult {
  readonly id: string
  readonly base: string
  readonly runtime: string
  readonly model: string
  readonly role: 'incumbent' | 'candidate'
  readonly settings: CandidateSettings
  readonly identity: {
    readonly revision: string
    readonly precision: string
    readonly engine: string
    readonly floating: boolean
    readonly digest: string
    readonly parameters: number | null
    readonly activeParameters: number | null
    readonly bytes: number | null
  } | null
  readonly trained: {
    readonly items: number
    readonly energy: Estimate<'J'>
    readonly cpuS: number
    readonly note: string
  } | null
  readonly verdict: Verdict
  /** Why it got its verdict; why it lost. */
  readonly why: string
  /** Items judged. */
  readonly n: number
  readonly failed: number
  readonly skipped: number
  readonly quality: Estimate<'share'>
  /** Accepted answers over answers. */
  readonly acceptRate: Estimate<'share'>
  /** Further metrics (macro F1, MCC, ECE ...), by name. */
  readonly metrics: Readonly<Record<string, Estimate<'share'>>>
  readonly loss: Claim | null
  readonly sequential: SequentialEvidence | null
  readonly constraints: readonly ConstraintResult[]
  readonly slices: readonly SliceResult[]
  readonly cost: CostResult
  readonly confusion: {
    readonly labels: readonly string[]
    readonly pairs: readonly (readonly [string, string, number])[]
  } | null
}

export interface SequentialEvidence {
  readonly scope: 'set' | 'population'
  /** Natural logs of the largest capital reached. */
  readonly logEUp: number
  readonly logEDown: number
  readonly thresholdUp: number
  readonly thresholdDown: number
  readonly stoppedAt: number
  readonly reason: 'accepted' | 'discarded' | 'exhausted' | 'budget' | 'parked' | 'not reached'
}

export interface ConstraintResult {
  readonly name: string
  readonly limit: number
  readonly unit: string
  readonly value: Estimate<'ratio' | 's' | 'B' | 'JPerItem' | 'moneyPerItem' | 'share'>
  readonly verdict: Verdict
  readonly why: string
}

export interface SliceResult {
  readonly key: string
  readonly value: string
  readonly n: number
  readonly quality: Estimate<'share'>
  /** Expected loss against the incumbent within the slice. */
  readonly loss: number | null
  readonly lossUpper: number | null
  readonly judged: boolean
  readonly note: string
}

export interface CostResult {
  /** What the energy figures rest on: rapl, nvml, prometheus, external, declared, cpu-time, none. */
  readonly meter: string
  readonly energyPerItem: Estimate<'JPerItem'>
  readonly cpuPerItem: Estimate<'sPerItem'>
  /** Idle share of what stays reserved at the declared load. */
  readonly idlePerItem: Estimate<'JPerItem'>
  readonly latencyP50: Estimate<'s'>
  readonly latencyP95: Estimate<'s'>
  readonly throughputPerS: Estimate<'ratio'>
  readonly peakRss: Estimate<'B'>
  readonly load: Estimate<'s'>
  readonly pricePerItem: Estimate<'moneyPerItem'>
  readonly tokensPerItem: { readonly input: number; readonly output: number } | null
  readonly windows: number
  /** Ratio incumbent / this, per answer, from interleaved windows. */
  readonly ratio: Estimate<'ratio'>
  /** The same per resolved task, the fallback's cost included. */
  readonly ratioResolved: Estimate<'ratio'>
  readonly sci: SciResult | null
}

/** First form of SCI per candidate; the account block holds the whole of it. g per functional unit. */
export interface SciResult {
  readonly perInference: Estimate<'gPerR'>
  readonly perAccepted: Estimate<'gPerR'>
  readonly perResolved: Estimate<'gPerR'>
  readonly operational: Estimate<'gPerR'>
  readonly embodied: Estimate<'gPerR'>
  readonly grid: string
}

export interface Difference {
  readonly item: string
  readonly input: string
  readonly expected: string
  readonly chosen: string
  readonly incumbent: string
  readonly winner: 'chosen' | 'incumbent' | 'neither'
  readonly slices: Readonly<Record<string, string>>
}

export interface Overhead {
  /** Model calls made in this run and answers taken from the store. */
  readonly calls: number
  readonly reused: number
  readonly energy: Estimate<'J'>
  readonly cpuS: number
  readonly wallS: number
  readonly money: Estimate<'money'>
  readonly byStage: readonly {
    readonly stage: 'training' | 'loading' | 'evaluation' | 'metering' | 'judging'
    readonly candidate: string | null
    readonly energy: Estimate<'J'>
    readonly cpuS: number
    readonly wallS: number
  }[]
  /** What running every candidate on every item would have cost, from the same per-item figures. */
  readonly exhaustive: Estimate<'J'>
  /** Answers after which the benchmark has paid for itself. */
  readonly payBackCalls: Estimate<'count'>
}

/** The full account; its inner shape belongs to core/carbon and is versioned with it. */
export interface AccountResult {
  readonly schema: 'rightsize/account@1'
  readonly [part: string]: unknown
}

export interface Environment {
  readonly machine: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly os: string
  readonly node: string
  readonly meters: readonly {
    readonly name: string
    readonly works: boolean
    readonly detail: string
  }[]
  readonly noisy: string | null
}

export interface Provenance {
  readonly generator: string
  readonly startedAt: string
  readonly endedAt: string
  readonly specDigest: string
  readonly policyDigest: string
  readonly itemOrder: string
  readonly resumed: boolean
  readonly interrupted: boolean
  readonly limits: readonly string[]
}
