/** What a look at items may spend, and what the looks after it could. Errors as shares: 0.05 is 5 %. */
export interface LookTerms {
  /** 1 for the first look at these items. */
  readonly number: number
  /** Error that this look may make. */
  readonly alpha: number
  /** Error that a look at fresh items could make. */
  readonly fresh: number
  /** Error that the next look at these items could make. */
  readonly next: number
}

/** Share of the error that the first look spends; the looks after it halve what is left, so that all looks together spend all of it. */
const firstShare = 0.8

/** Error of look 1, 2, ... at the same items; the sum over any number of looks is at most `alpha`. */
export function alphaOfLook(alpha: number, look: number): number {
  return look <= 1 ? firstShare * alpha : ((1 - firstShare) * alpha) / 2 ** (look - 1)
}

/** The terms of look `number`, where all looks together may be wrong with probability `alpha`. */
export const lookTerms = (alpha: number, number: number): LookTerms => ({
  number,
  alpha: alphaOfLook(alpha, number),
  fresh: alphaOfLook(alpha, 1),
  next: alphaOfLook(alpha, number + 1),
})

/** Evidence that no ledger counts: all of the error in one look, as in studies. */
export const uncounted = (alpha: number): LookTerms => ({
  number: 1,
  alpha,
  fresh: alpha,
  next: alpha,
})
