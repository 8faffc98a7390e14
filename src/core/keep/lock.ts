import type { CandidateResult } from '../result/candidate.ts'
import type { LockedDecision, LockedModel } from '../result/lock.ts'
import type { RunResult } from '../result/run-result.ts'

export interface DecisionInputs {
  /** sha256 of the canonical result. */
  readonly evidence: string
  /** ISO date until which the decision holds. */
  readonly validUntil: string
  /** The decision that this one replaces. */
  readonly former: LockedDecision | null
}

/** A run's decision as the lock holds it: the model, its claim, its energy, and what it was judged on. */
export function lockedDecision(
  result: RunResult,
  { evidence, validUntil, former }: DecisionInputs,
): LockedDecision {
  const { decision, candidates, environment, provenance } = result
  const chosen = candidates.find(({ id }) => id === decision.chosen) ?? null
  return {
    task: lockedTask(result),
    kind: decision.kind,
    headline: decision.headline,
    chosen: chosen && lockedModel(chosen),
    incumbent: result.incumbent,
    matches: decision.matches.holds,
    certified: decision.certified.holds,
    claim: result.risk.claim,
    pLossOverMargin: decision.pLossOverMargin,
    bar: result.bar,
    loss: chosen?.loss ?? null,
    energy: chosen && {
      perItem: chosen.cost.energyPerItem,
      meter: chosen.cost.meter,
      machine: environment.machine,
    },
    sci: chosen?.cost.sci?.perAccepted ?? null,
    saving: decision.saving,
    rejected: candidates.filter((one) => one !== chosen).map(({ id, why }) => ({ id, why })),
    candidates: candidates.map(({ id, identity }) => ({
      id,
      revision: identity?.revision ?? null,
    })),
    look: provenance.look,
    evidence,
    decidedAt: provenance.endedAt,
    validUntil,
    supersedes: former?.evidence ?? null,
    generator: provenance.generator,
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
    name: result.task.name,
    metric: result.task.metric,
    scorer: result.task.scorer,
    ...(result.task.scorers === undefined ? {} : { scorers: result.task.scorers }),
    items: result.task.items,
    synthetic: result.task.synthetic,
    data: Object.fromEntries(
      Object.entries(result.task.data).map(([part, data]) => [part, data.digest]),
    ),
    spec: result.provenance.specDigest,
  }
}
