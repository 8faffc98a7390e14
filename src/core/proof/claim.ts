import type { Claim } from '../result/claim.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { type Correction, gradeOf, supportP } from './grade.ts'
import { type LossModel, onTraffic } from './loss-model.ts'

/** On what terms evidence becomes a claim. */
export interface Terms {
  /** Loss that the bar allows, a share: 0.01 is one point. */
  readonly limit: number
  /** The errors that this look may make, not those of all looks together. */
  readonly risk: RiskSpec
  readonly correction: Correction
  /** Number of this look at the question. */
  readonly look: number
  /** Answers that the choice will serve; null: the long run. */
  readonly traffic: number | null
}

/**
 * What the evidence states on these terms. The word is a test of the long-run loss, corrected for picking among candidates;
 * bound and chance are a prediction for the declared traffic. Without items: undecided, and everything is possible.
 */
export function claimOf(loss: LossModel, terms: Terms): Claim {
  const { limit, risk, correction, look, traffic } = terms
  const empty = loss.n === 0
  const next = onTraffic(loss, traffic)
  return {
    kind: gradeOf(loss, limit, risk, correction),
    against: loss.against,
    limit,
    n: loss.n,
    win: loss.counts?.win ?? null,
    tie: loss.counts?.tie ?? null,
    lose: loss.counts?.lose ?? null,
    expected: loss.expected,
    upper: empty ? 1 : next.upper(risk.alpha * correction.shownShare),
    level: 1 - risk.alpha,
    alpha: risk.alpha,
    look,
    candidates: Math.max(1, correction.looked),
    inPlay: correction.inPlay,
    traffic,
    pOver: empty ? 1 : next.pOver(limit),
    pCorrected: Math.min(1, supportP(loss, limit) / correction.share),
    pNonInferior: empty ? 1 : loss.pNonInferior(limit),
    pMcNemar: loss.pMcNemar,
    method: loss.method,
    prior: loss.prior,
  }
}
