import type { RiskSpec } from '../spec/spec.ts'

/** What a look may spend of the error that its question has, and what the look after it could. Shares: 0.9 is 90 % of the error. */
export interface LookTerms {
  /** 1 for the first look. */
  readonly number: number
  /** Error of `certified` at this look: 0.045 is 4.5 %. */
  readonly alpha: number
  readonly share: number
  /** Share of the next look. */
  readonly next: number
}

/** Share of the first look. A smaller one would cost every user labels for looks that most never take. */
const firstShare = 0.9

/**
 * Share of the error of look 1, 2, 3, ...: 0.9, then 0.1 / (j (j + 1)) for the j-th look after it, which is 0.05, 0.017, 0.008.
 * Any number of looks together spends at most all of it, and no look ever has nothing.
 */
export function shareOfLook(look: number): number {
  return look <= 1 ? firstShare : (1 - firstShare) / ((look - 1) * look)
}

/** The terms of look `number`, where all looks together may certify wrongly with probability `alpha`. */
export const lookTerms = (alpha: number, number: number): LookTerms => ({
  number,
  alpha: alpha * shareOfLook(number),
  share: shareOfLook(number),
  next: shareOfLook(number + 1),
})

/** Evidence that no ledger counts: all of the error in one look, as in studies. */
export const uncounted = (alpha: number): LookTerms => ({ number: 1, alpha, share: 1, next: 1 })

/** The risk of one look: `certified` and `supported` are held to their own errors by the same schedule; a discard claims nothing. */
export const riskOfLook = (risk: RiskSpec, share: number): RiskSpec => ({
  ...risk,
  alpha: risk.alpha * share,
  supportedAt: 1 - (1 - risk.supportedAt) * share,
})
