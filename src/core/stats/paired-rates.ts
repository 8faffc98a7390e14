import { normalQuantile } from './special-functions.ts'

/** A ratio of two means over the same items, with its interval. */
export interface RatioOfMeans {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Items that both answered. */
  readonly n: number
}

/**
 * mean(a) / mean(b) of scores in 0..1 on the same items, so that what both get right or wrong cancels: a delta interval on
 * the logarithm, with one won and one lost item added, so that no disagreement among n items is not taken for none at all.
 * Null where one of them has no score above 0: the ratio is then 0, infinite or undefined, whatever the other is.
 * Source: delta method for the ratio of dependent proportions; the added pair as in Bonett and Price, Stat. Med. 25 (2006).
 */
export function ratioOfMeans(
  pairs: readonly (readonly [a: number, b: number])[],
  level: number,
): RatioOfMeans | null {
  const n = pairs.length
  const mean = (of: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[of], 0) / n
  const [a, b] = [mean(0), mean(1)]
  if (!(a > 0 && b > 0)) return null
  const squares = pairs.reduce((sum, [x, y]) => sum + (x / a - y / b) ** 2, 0)
  const deviation = Math.sqrt(squares + 1 / a ** 2 + 1 / b ** 2) / n
  const half = normalQuantile((1 + level) / 2) * deviation
  const value = a / b
  return { value, low: value * Math.exp(-half), high: value * Math.exp(half), n }
}
