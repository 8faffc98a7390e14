import { regularizedBeta } from './special-functions.ts'

/** P(X <= k), by the incomplete beta (Abramowitz and Stegun 26.5.24). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0
  if (k >= n) return 1
  return regularizedBeta(1 - p, n - k, k + 1)
}

/** P(X >= k). */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  if (k > n) return 0
  return regularizedBeta(p, k, n - k + 1)
}
