import type { PairedCounts } from './paired-difference.ts'
import { inverseBeta, logBeta, regularizedBeta, upperBeta } from './special-functions.ts'

/** Weights of a Dirichlet prior over win, tie and lose, in pseudo-items. */
export type PairedPrior = PairedCounts

/** Jeffreys' prior: half an item for each of win, tie, lose. */
export const JEFFREYS: PairedPrior = { win: 0.5, tie: 0.5, lose: 0.5 }

/** Abscissae and weights of 16-point Gauss-Legendre on [-1, 1], positive half (Abramowitz and Stegun table 25.4). */
const GAUSS: readonly (readonly [number, number])[] = [
  [0.0950125098376374, 0.1894506104550685],
  [0.281603550779259, 0.1826034150449236],
  [0.458016777657227, 0.1691565193950025],
  [0.617876244402644, 0.1495959888165767],
  [0.755404408355003, 0.1246289712555339],
  [0.865631202387832, 0.0951585116824928],
  [0.944575023073233, 0.0622535239386479],
  [0.98940093499165, 0.0271524594117541],
]

/** Integral of f over [from, to] by Gauss-Legendre on equal panels. */
export function integrate(
  f: (x: number) => number,
  from: number,
  to: number,
  panels: number,
): number {
  const half = (to - from) / (2 * panels)
  let sum = 0
  for (let p = 0; p < panels; p += 1) {
    const centre = from + half * (2 * p + 1)
    for (const [x, w] of GAUSS) sum += w * (f(centre - half * x) + f(centre + half * x))
  }
  return sum * half
}

/**
 * P(p_lose - p_win > margin) under the Dirichlet posterior, by deterministic integration over the discordant share
 * d ~ Beta(win + lose, tie), within which the share of losses is Beta(lose, win) independently.
 */
export function pLossOver(
  counts: PairedCounts,
  margin: number,
  prior: PairedPrior = JEFFREYS,
): number {
  const win = counts.win + prior.win
  const tie = counts.tie + prior.tie
  const lose = counts.lose + prior.lose
  const over = (d: number) => upperBeta((1 + margin / d) / 2, lose, win)
  const logNorm = logBeta(win + lose, tie)
  const angle = (d: number) => Math.asin(Math.sqrt(Math.min(1, Math.max(0, d))))
  // d = sin^2(phi) takes the singular ends out of the density.
  const density = (phi: number) => {
    const d = Math.sin(phi) ** 2
    const log = (win + lose - 0.5) * Math.log(d) + (tie - 0.5) * Math.log1p(-d) - logNorm
    return 2 * Math.exp(log)
  }
  const edge = Math.abs(margin)
  const low = inverseBeta(1e-13, win + lose, tie)
  const high = 1 - inverseBeta(1e-13, tie, win + lose)
  const from = angle(Math.max(low, edge))
  const span = Math.max(0, angle(high) - from)
  const below = margin < 0 ? regularizedBeta(edge, win + lose, tie) : 0
  // No discordant share reaches a margin of 1: there the density has a pole, and nothing lies beyond.
  if (span === 0) return below
  // phi = from + span s^2 smooths the square-root edge that `over` has where d = |margin|.
  const inside = integrate(
    (s) => {
      const phi = from + span * s * s
      return 2 * span * s * density(phi) * over(Math.sin(phi) ** 2)
    },
    0,
    1,
    12,
  )
  return Math.min(1, Math.max(0, inside + below))
}

/** P(share < floor) after `successes` of n under Jeffreys' prior Beta(1/2, 1/2). */
export function pShareBelow(successes: number, n: number, floor: number): number {
  return regularizedBeta(floor, successes + 0.5, n - successes + 0.5)
}

/** A value and its Dirichlet weight (1 for an observed unit). */
export interface WeightedValue {
  readonly value: number
  readonly weight: number
}

/**
 * P(the mean is above 0) under the Bayesian bootstrap (Rubin 1981): Dirichlet weights over the observed values and
 * the prior's, which is P(sum of independent Gamma(weight) x value > 0), by inversion of its characteristic function
 * (Gil-Pelaez 1951, with Davies' 1973 midpoint rule). Deterministic; with values -1, 0, 1 it equals `pLossOver`.
 */
export function pMeanPositive(values: readonly WeightedValue[]): number {
  const grouped = groupByValue(values)
  if (grouped.length === 0) return 0.5
  if (grouped.every((entry) => entry.value >= 0)) return grouped.some((e) => e.value > 0) ? 1 : 0
  if (grouped.every((entry) => entry.value <= 0)) return 0
  const step = (2 * Math.PI) / rangeOf(grouped)
  let sum = 0
  for (let k = 0; k < 400_000; k += 1) {
    const t = (k + 0.5) * step
    let logModulus = 0
    let phase = 0
    for (const { value, weight } of grouped) {
      const x = t * value
      logModulus -= 0.5 * weight * Math.log1p(x * x)
      phase += weight * Math.atan(x)
    }
    const size = Math.exp(logModulus) / (k + 0.5)
    sum += size * Math.sin(phase)
    if (size < 1e-13) break
  }
  return Math.min(1, Math.max(0, 0.5 + sum / Math.PI))
}

/** Width that holds the weighted sum of gammas but for about 1e-15: its mean, spread and slowest exponential tail. */
function rangeOf(grouped: readonly WeightedValue[]): number {
  let mean = 0
  let variance = 0
  let largest = 0
  for (const { value, weight } of grouped) {
    mean += weight * value
    variance += weight * value * value
    largest = Math.max(largest, Math.abs(value))
  }
  return 2 * (Math.abs(mean) + 10 * Math.sqrt(variance) + 36 * largest)
}

function groupByValue(values: readonly WeightedValue[]): WeightedValue[] {
  const weights = new Map<number, number>()
  for (const { value, weight } of values) weights.set(value, (weights.get(value) ?? 0) + weight)
  return Array.from(weights, ([value, weight]) => ({ value, weight }))
}
