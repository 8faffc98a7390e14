import { inverseBeta } from '../stats/special-functions.ts'
import { type Estimate, type Known, unknown } from '../unit/estimate.ts'
import { known } from '../unit/known.ts'
import { workloadPower } from './cpu-model.ts'

/** One round of the interleaving: what each of two candidates used per item, in the same unit. */
export interface PairedRound {
  readonly a: number
  readonly b: number
}

export interface RatioOptions {
  readonly level?: number
  /** For modelled joules: adds the watts per thread in which two programs may differ. */
  readonly modeled?: boolean
  readonly how: string
  readonly source: string
}

/** Rounds below which a ratio has no interval that is worth printing. */
export const fewestRounds = 3

/**
 * b / a from interleaved windows (A B B A ...): geometric mean of the rounds' ratios with Student's t interval on their
 * logarithms. Rounds in which order was forward and backward cancel a drift of the machine; a drift left in widens
 * the interval. Unknown with fewer than three rounds or a round with nothing measured.
 * Source: paired t on logs; Kalibera and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013.
 */
export function ratioOfRounds(
  rounds: readonly PairedRound[],
  options: RatioOptions,
): Estimate<'ratio'> {
  if (rounds.length < fewestRounds)
    return unknown(`${rounds.length} rounds are too few for an interval`)
  if (rounds.some(({ a, b }) => !(a > 0 && b > 0)))
    return unknown('a window measured nothing: it was too short for its counter')
  const logs = rounds.map(({ a, b }) => Math.log(b / a))
  const { mean, half } = meanInterval(logs, options.level ?? 0.95)
  const allowance = options.modeled ? workloadHalf : 0
  const width = Math.hypot(half, allowance)
  return known('ratio', {
    value: Math.exp(mean),
    low: Math.exp(mean - width),
    high: Math.exp(mean + width),
    level: options.level ?? 0.95,
    method: options.modeled ? 'modeled' : 'measured',
    how: options.how,
    source: options.source,
  })
}

/** Two programs, each with its own workload power: log half-widths add as squares. */
const workloadHalf = Math.SQRT2 * Math.log(workloadPower[1])

/** Mean of values with half the width of its Student t interval. */
export function meanInterval(
  values: readonly number[],
  level: number,
): { readonly mean: number; readonly half: number } {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n < 2) return { mean, half: Number.POSITIVE_INFINITY }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return { mean, half: studentQuantile((1 + level) / 2, n - 1) * Math.sqrt(variance / n) }
}

/**
 * Quantile of Student's t for p in (0.5, 1).
 * Source: Abramowitz and Stegun 26.5.27: P(|T| > t) = I_x(v/2, 1/2) with x = v / (v + t^2).
 */
export function studentQuantile(p: number, degrees: number): number {
  const x = inverseBeta(2 * (1 - p), degrees / 2, 0.5)
  return Math.sqrt((degrees * (1 - x)) / x)
}

/**
 * Amount per item over windows: the mean of the windows with its t interval, widened by what the meter itself may be off
 * by (`meterError`, times). Unknown with fewer than two windows that measured something.
 */
export function perItem<U extends 'JPerItem' | 'sPerItem'>(
  unit: U,
  amounts: readonly number[],
  about: Pick<Known<U>, 'method' | 'how' | 'source'> & {
    readonly meterError?: readonly [number, number]
  },
): Estimate<U> {
  const positive = amounts.filter((amount) => amount > 0)
  if (positive.length < 2) return unknown('fewer than two windows measured something')
  const { mean, half } = meanInterval(positive, 0.9)
  const [low, high] = about.meterError ?? [1, 1]
  const { method, how, source } = about
  return known(unit, {
    value: mean,
    low: Math.max(0, mean - half) * low,
    high: (mean + half) * high,
    level: 0.9,
    method,
    how,
    source,
  })
}
