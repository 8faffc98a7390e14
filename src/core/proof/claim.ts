import type { Claim } from '../result/claim.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { type Correction, correctedForSelection, gradeOf } from './grade.ts'
import type { LossModel } from './loss-model.ts'

/** On what terms evidence becomes a claim. */
export interface Terms {
  /** Loss that the bar allows, a share: 0.01 is one point. */
  readonly limit: number
  /** `alpha` is the error that this look may make, not the one of all looks together. */
  readonly risk: RiskSpec
  readonly correction: Correction
  /** Number of this look at the items. */
  readonly look: number
}

/** What the evidence states on these terms. Without items: undecided, and everything is possible. */
export function claimOf(loss: LossModel, { limit, risk, correction, look }: Terms): Claim {
  const empty = loss.n === 0
  const pOver = empty ? 1 : loss.pOver(limit)
  return {
    kind: gradeOf(loss, limit, risk, correction),
    against: loss.against,
    limit,
    n: loss.n,
    win: loss.counts?.win ?? null,
    tie: loss.counts?.tie ?? null,
    lose: loss.counts?.lose ?? null,
    expected: loss.expected,
    upper: empty ? 1 : loss.upper(risk.alpha / correction.looked),
    level: 1 - risk.alpha,
    alpha: risk.alpha,
    look,
    candidates: correction.looked,
    pOver,
    pOverCorrected: correctedForSelection(pOver, correction.near),
    pNonInferior: empty ? 1 : loss.pNonInferior(limit),
    pMcNemar: loss.pMcNemar,
    method: loss.method,
    prior: loss.prior,
  }
}
