import { inverseBeta, normalQuantile } from './special-functions.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Wilson's score interval for a share (Wilson 1927): approximate, never of zero width. `level` 0..1, two-sided. */
export function wilson(successes: number, n: number, level: number): Interval {
  if (n === 0) return { low: 0, high: 1 }
  const z = normalQuantile(1 - (1 - level) / 2)
  const share = successes / n
  const scale = 1 + (z * z) / n
  const centre = (share + (z * z) / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  const low = successes === 0 ? 0 : Math.max(0, centre - half)
  return { low, high: successes === n ? 1 : Math.min(1, centre + half) }
}

/** Largest share that `successes` of n leaves possible at one-sided level 1 - alpha (Clopper and Pearson 1934): coverage guaranteed. */
export function clopperPearsonUpper(successes: number, n: number, alpha: number): number {
  return successes >= n ? 1 : inverseBeta(1 - alpha, successes + 1, n - successes)
}

/** Smallest share that `successes` of n leaves possible at one-sided level 1 - alpha. */
export function clopperPearsonLower(successes: number, n: number, alpha: number): number {
  return successes <= 0 ? 0 : inverseBeta(alpha, successes, n - successes + 1)
}

/** Two-sided Clopper-Pearson: half of 1 - level on each side. */
export function clopperPearson(successes: number, n: number, level: number): Interval {
  const alpha = (1 - level) / 2
  return {
    low: clopperPearsonLower(successes, n, alpha),
    high: clopperPearsonUpper(successes, n, alpha),
  }
}
