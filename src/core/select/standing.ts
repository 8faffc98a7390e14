import type { RiskSpec } from '../spec/spec.ts'
import type { LossModel } from './loss-model.ts'

/** How far the evidence of one condition goes. */
export type Grade = 'certified' | 'supported' | 'open' | 'failed'

const RANK: Record<Grade, number> = { failed: 0, open: 1, supported: 2, certified: 3 }

/** The weakest of several: a candidate is only as good as its worst condition. */
export const weakest = (grades: readonly Grade[]): Grade =>
  grades.reduce((worst, grade) => (RANK[grade] < RANK[worst] ? grade : worst), 'certified')

/** How the evidence is corrected for having looked at many candidates. */
export interface Correction {
  /** K: every candidate that could have been accepted. Bounds and `certified` use alpha / K. */
  readonly looked: number
  /** Those not clearly failing (posterior at most CLEARLY_FAILING): only they can flatter by chance. */
  readonly near: number
  /** Conditions on each candidate; discards split beta over them. */
  readonly conditions: number
}

/** A posterior chance of failing above this takes a candidate out of the count for `supported` (Zhao, Small and Su 2019). */
export const CLEARLY_FAILING = 0.975

/**
 * P(loss > margin) after having picked among `near` candidates: 1 - (1 - p / tau)^near. Had all of them been bad, one
 * of them would show such a p with at most this chance (Sidak 1967; p / tau pays for leaving out those above tau).
 */
export function correctedForSelection(p: number, near: number): number {
  return 1 - (1 - Math.min(1, p / CLEARLY_FAILING)) ** Math.max(1, near)
}

/** Certified by the simultaneous bound, supported by the corrected posterior, failed by evidence at beta, open otherwise. */
export function gradeOf(
  loss: LossModel,
  limit: number,
  risk: RiskSpec,
  { looked, near, conditions }: Correction,
): Grade {
  if (loss.n === 0) return 'open'
  if (loss.guaranteed && loss.upper(risk.alpha / looked) <= limit) return 'certified'
  const over = loss.pOver(limit)
  if (correctedForSelection(over, near) <= 1 - risk.supportedAt) return 'supported'
  return loss.pInferior(limit) <= risk.beta / conditions ? 'failed' : 'open'
}
