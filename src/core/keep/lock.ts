import type { CandidateResult } from '../result/candidate.ts'
import type { DecisionKind, RunResult } from '../result/run-result.ts'
import type { BarSpec, CandidateSettings, RiskSpec } from '../spec/spec.ts'
import type { Estimate } from '../unit/estimate.ts'

/** One look at a data set. Every look spends confidence, so all of them stay in the lock. */
export interface Look {
  readonly at: string
  readonly test: string
  readonly bar: BarSpec
  /** Candidates that could have been accepted. */
  readonly looked: number
  readonly kind: DecisionKind
  readonly chosen: string | null
  readonly evidence: string
}

export interface LockedModel {
  readonly id: string
  readonly runtime: string
  readonly model: string
  readonly revision: string
  readonly precision: string
  readonly engine: string
  readonly floating: boolean
  readonly parameters: number | null
  readonly bytes: number | null
  readonly settings: CandidateSettings
}

export interface LockedDecision {
  readonly kind: DecisionKind
  readonly headline: string
  readonly chosen: LockedModel | null
  readonly incumbent: string | null
  readonly matches: boolean
  readonly certified: boolean
  readonly claim: RiskSpec['claim']
  readonly pLossOverMargin: number | null
  readonly task: {
    readonly metric: string
    readonly scorer: string
    readonly items: number
    readonly synthetic: boolean
    readonly data: Readonly<Record<string, string>>
    readonly spec: string
  }
  readonly bar: BarSpec
  readonly loss: {
    readonly expected: number
    readonly upper: number
    readonly level: number
    readonly n: number
  } | null
  readonly energy: {
    readonly perItem: Estimate<'JPerItem'>
    readonly meter: string
    readonly machine: string
  } | null
  readonly sci: Estimate<'gPerR'> | null
  readonly rejected: readonly { readonly id: string; readonly why: string }[]
  readonly looks: readonly Look[]
  /** sha256 of the canonical run result. */
  readonly evidence: string
  readonly decidedAt: string
  readonly validUntil: string
  /** Evidence digest of the decision that this one replaces. */
  readonly supersedes: string | null
}

/** The decisions in git: machine-written, one block per task, the same inputs give the same bytes. */
export interface Lock {
  readonly schema: 'rightsize/lock@1'
  readonly generator: string
  readonly decisions: Readonly<Record<string, LockedDecision>>
}

export interface LockInputs {
  readonly result: RunResult
  /** sha256 of the canonical result. */
  readonly evidence: string
  /** ISO date until which the decision holds. */
  readonly validUntil: string
  readonly previous: Lock | null
}

/** The lock with the decision of this run put in place of the task's former one. Looks at the data are kept. */
export function lockDecision({ result, evidence, validUntil, previous }: LockInputs): Lock {
  const before = previous?.decisions[result.task.name]
  const decision = lockedDecision(result, { evidence, validUntil, before })
  const decisions = { ...previous?.decisions, [result.task.name]: decision }
  const sorted = Object.fromEntries(Object.entries(decisions).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { schema: 'rightsize/lock@1', generator: result.provenance.generator, decisions: sorted }
}

function lockedDecision(
  result: RunResult,
  at: { evidence: string; validUntil: string; before: LockedDecision | undefined },
): LockedDecision {
  const chosen =
    result.candidates.find((candidate) => candidate.id === result.decision.chosen) ?? null
  return {
    kind: result.decision.kind,
    headline: result.decision.headline,
    chosen: chosen && lockedModel(chosen),
    incumbent: result.incumbent,
    matches: result.decision.matches.holds,
    certified: result.decision.certified.holds,
    claim: result.risk.claim,
    pLossOverMargin: result.decision.pLossOverMargin,
    task: lockedTask(result),
    bar: result.bar,
    loss: chosen?.loss
      ? {
          expected: chosen.loss.expected,
          upper: chosen.loss.upper,
          level: chosen.loss.level,
          n: chosen.loss.n,
        }
      : null,
    energy: chosen && {
      perItem: chosen.cost.energyPerItem,
      meter: chosen.cost.meter,
      machine: result.environment.machine,
    },
    sci: chosen?.cost.sci?.perResolved ?? null,
    rejected: result.candidates
      .filter((candidate) => candidate.id !== chosen?.id)
      .map((candidate) => ({ id: candidate.id, why: candidate.why })),
    looks: [...(at.before?.looks ?? []), lookOf(result, at.evidence)],
    evidence: at.evidence,
    decidedAt: result.provenance.endedAt,
    validUntil: at.validUntil,
    supersedes: at.before?.evidence ?? null,
  }
}

function lockedModel(candidate: CandidateResult): LockedModel {
  const identity = candidate.identity
  return {
    id: candidate.id,
    runtime: candidate.runtime,
    model: candidate.model,
    revision: identity?.revision ?? 'unknown',
    precision: identity?.precision ?? 'unknown',
    engine: identity?.engine ?? 'unknown',
    floating: identity?.floating ?? true,
    parameters: identity?.parameters ?? null,
    bytes: identity?.bytes ?? null,
    settings: candidate.settings,
  }
}

function lockedTask(result: RunResult): LockedDecision['task'] {
  return {
    metric: result.task.metric,
    scorer: result.task.scorer,
    items: result.task.items,
    synthetic: result.task.synthetic,
    data: Object.fromEntries(
      Object.entries(result.task.data).map(([part, data]) => [part, data.digest]),
    ),
    spec: result.provenance.specDigest,
  }
}

function lookOf(result: RunResult, evidence: string): Look {
  return {
    at: result.provenance.endedAt,
    test: result.task.data['test']?.digest ?? 'unknown',
    bar: result.bar,
    looked: result.decision.looked,
    kind: result.decision.kind,
    chosen: result.decision.chosen,
    evidence,
  }
}

/** How many times this test set was looked at before, whatever the task's bar was. */
export function looksBefore(lock: Lock | null, task: string, testDigest: string): number {
  return lock?.decisions[task]?.looks.filter((look) => look.test === testDigest).length ?? 0
}
