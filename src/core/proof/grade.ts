import type { ClaimKind } from '../result/claim.ts'
import type { RiskSpec } from '../spec/spec.ts'
import type { LossModel } from './loss-model.ts'

const rank: Record<ClaimKind, number> = { none: 0, undecided: 1, supported: 2, certified: 3 }

/** The weakest of several: a candidate is only as good as its worst condition. */
export const weakest = (grades: readonly ClaimKind[]): ClaimKind =>
  grades.reduce((worst, grade) => (rank[grade] < rank[worst] ? grade : worst), 'certified')

/** How the evidence is corrected for having looked at many candidates. */
export interface Correction {
  /** K: every candidate that could have been accepted. Bounds and `certified` use alpha / K. */
  readonly looked: number
  /** Those not clearly failing (posterior at most clearlyFailing): only they can flatter by chance. */
  readonly near: number
  /** Conditions on each candidate; discards split beta over them. */
  readonly conditions: number
}

/** One candidate under one condition: nothing to correct for. */
export const uncorrected: Correction = { looked: 1, near: 1, conditions: 1 }

/** A posterior chance of failing above this takes a candidate out of the count for `supported` (Zhao, Small and Su 2019). */
export const clearlyFailing = 0.975

/**
 * P(loss > margin) after having picked among `near` candidates: 1 - (1 - p / tau)^near. Had all of them been bad, one
 * of them would show such a p with at most this chance (Sidak 1967; p / tau pays for leaving out those above tau).
 */
export function correctedForSelection(p: number, near: number): number {
  return 1 - (1 - Math.min(1, p / clearlyFailing)) ** Math.max(1, near)
}

/** Certified by the simultaneous bound, supported by the corrected posterior, none by evidence at beta, undecided otherwise. */
export function gradeOf(
  loss: LossModel,
  limit: number,
  risk: RiskSpec,
  { looked, near, conditions }: Correction,
): ClaimKind {
  if (loss.n === 0) return 'undecided'
  if (loss.guaranteed && loss.upper(risk.alpha / looked) <= limit) return 'certified'
  const over = loss.pOver(limit)
  if (correctedForSelection(over, near) <= 1 - risk.supportedAt) return 'supported'
  return loss.pInferior(limit) <= risk.beta / conditions ? 'none' : 'undecided'
}
