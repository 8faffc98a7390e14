import { binomialCdf } from './binomial.ts'

export interface QuantileInterval {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * A quantile of a sample with its distribution-free interval from order statistics: the smallest rank whose binomial
 * tail keeps `level`. Ends fall back to the sample's extremes where it is too small. Values need not be sorted.
 * Source: David and Nagaraja, Order Statistics (2003), section 7.1; value by the nearest rank.
 */
export function quantileInterval(
  values: readonly number[],
  p: number,
  level = 0.95,
): QuantileInterval | null {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  const first = sorted[0]
  if (first === undefined) return null
  const at = (rank: number): number => sorted[Math.min(n, Math.max(1, rank)) - 1] ?? first
  const tail = (1 - level) / 2
  let low = 0
  while (low + 1 <= n && binomialCdf(low, n, p) <= tail) low += 1
  let high = n
  while (high - 1 >= 1 && 1 - binomialCdf(high - 2, n, p) <= tail) high -= 1
  return { value: at(Math.ceil(p * n)), low: at(low), high: at(high) }
}
