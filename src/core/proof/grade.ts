import type { ClaimKind } from '../result/claim.ts'
import type { RiskSpec } from '../spec/spec.ts'
import type { LossModel } from './loss-model.ts'

const rank: Record<ClaimKind, number> = { none: 0, undecided: 1, supported: 2, certified: 3 }

/** The weakest of several: a candidate is only as good as its worst condition. */
export const weakest = (grades: readonly ClaimKind[]): ClaimKind =>
  grades.reduce((worst, grade) => (rank[grade] < rank[worst] ? grade : worst), 'certified')

/** How the evidence is corrected for picking among many candidates. */
export interface Correction {
  /** K: candidates that were judged and could be chosen. */
  readonly looked: number
  /** Those of them that are still in play: only they can pass by luck. */
  readonly inPlay: number
  /** Part of the error that each candidate may spend. */
  readonly share: number
  /** The same for a bound that is shown because its candidate passed: passing is one more selection. */
  readonly shownShare: number
  /** Conditions on each candidate; discards split beta over them. */
  readonly conditions: number
}

/** Chance with which a candidate exactly on the margin stays in play. */
export const keptInPlay = 0.8

/** Whether a candidate could still be good enough: it was not judged, or the exact test does not show, at 20 %, that it fails. */
export const isInPlay = (loss: LossModel, limit: number): boolean =>
  loss.n === 0 || loss.pInferior(limit) > 1 - keptInPlay

/**
 * Candidates evaluated in full: all of the error for one alone, else 0.8 over the number in play. This is Bonferroni,
 * conditional on being in play (Zhao, Small and Su 2019; Ellis, Pecanka and Goeman 2020): a bad candidate stays in play
 * with probability at least 0.8 only on the margin, and passes less often beyond it, so that the factor pays for leaving the
 * hopeless ones out of the count.
 */
export function correctionFor(looked: number, inPlay: number, conditions = 1): Correction {
  const kept = looked <= 1 ? 1 : keptInPlay
  const passing = Math.max(1, inPlay)
  const shares = { share: kept / passing, shownShare: kept / (passing + 1) }
  return { looked, inPlay, conditions, ...shares }
}

/** What a candidate of a race leaves to those after it. */
const leftInTurn = 2 / 3

/** One candidate under one condition: nothing to correct for. */
export const uncorrected: Correction = correctionFor(1, 1)

/**
 * A race: candidates in turn, the first that passes ends it. Each spends a third of what those before it left (a single one
 * all), and what a hopeless one spent is returned (spending with discards; Tian and Ramdas 2021). `before`: earlier ones in play.
 */
export function shareInRace(looked: number, before: number): number {
  if (looked <= 1) return 1
  return (keptInPlay * (1 - leftInTurn) * leftInTurn ** before) / (1 - leftInTurn ** looked)
}

/** Items of the first batch of a candidate in a race, and of its first test for being hopeless. */
export const firstBatch = 8

/**
 * Level at which a candidate of a race that has `fed` items is tested for being hopeless; 0 where it is not the time. At 8, 16, 32, ...
 * items, together at most 12 %; the rest of 20 % is for discards by betting, so that one on the margin stays in play as it
 * does where every item is judged.
 */
export function hopelessAt(fed: number): number {
  const all = 0.6 * (1 - keptInPlay)
  const doublings = Math.log2(fed / firstBatch)
  return doublings >= 0 && Number.isInteger(doublings) ? 0.25 * all * 0.75 ** doublings : 0
}

/** The correction of one candidate of a race. */
export const racedCorrection = (correction: Correction, share: number): Correction => ({
  ...correction,
  ...{ share, shownShare: share / 2 },
})

/** p-value of "the loss is above the limit" that decides `supported`: the worse of test and posterior. */
export const supportP = (loss: LossModel, limit: number): number =>
  loss.n === 0 ? 1 : Math.max(loss.pFixed(limit), loss.pOver(limit))

/** The same for `certified`, by a test that is guaranteed. */
export const certifyP = (loss: LossModel, limit: number): number =>
  Math.max(loss.pNonInferior(limit), loss.pOver(limit))

/**
 * Certified and supported by the corrected test at the errors of this look, none by evidence at beta, undecided otherwise. No
 * word is stronger than the evidence can carry.
 */
export function gradeOf(
  loss: LossModel,
  limit: number,
  risk: RiskSpec,
  correction: Correction,
): ClaimKind {
  if (loss.n === 0) return 'undecided'
  const { share } = correction
  const passes =
    certifyP(loss, limit) <= risk.alpha * share
      ? 'certified'
      : supportP(loss, limit) <= (1 - risk.supportedAt) * share
        ? 'supported'
        : null
  if (passes !== null) return weakest([passes, loss.carries])
  return loss.pInferior(limit) <= risk.beta / correction.conditions ? 'none' : 'undecided'
}
