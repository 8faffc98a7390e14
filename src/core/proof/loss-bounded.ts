import {
  bettingLowerBound,
  bettingUpperBound,
  type LinearStatistic,
  type LogCapital,
  logCapitalAnytime,
  logCapitalFixed,
  mirrored,
} from '../stats/betting-bound.ts'
import { sumByCluster } from '../stats/cluster.ts'
import { pMeanPositive } from '../stats/posterior.ts'
import type { Known } from '../unit/estimate.ts'
import type { LossModel } from './loss-model.ts'

/** A linear metric of one candidate, as a loss: q = zero - loss. */
export interface LinearMetric extends LinearStatistic {
  readonly against: 'incumbent' | 'floor'
  readonly n: number
  readonly units: number
  readonly observed: number
  readonly zero: number
  readonly quality: Known<'share'>
  readonly name: string
}

/** Scores in 0..1 (graded, or in clusters) as a linear metric: the loss against the incumbent, or the floor. */
export function meanMetric(
  candidate: ArrayLike<number>,
  incumbent: ArrayLike<number> | null,
  floor: number,
  clusters: readonly string[] | null,
): LinearMetric {
  const n = candidate.length
  const keys = clusters ?? Array.from({ length: n }, (_, i) => i)
  const values = Float64Array.from(candidate, (score, i) => score - (incumbent?.[i] ?? 0))
  const { sums, sizes, largest } = sumByCluster(values, keys)
  const [least, most] = incumbent === null ? [0, 1] : [-1, 1]
  const observed = n === 0 ? 0 : sums.reduce((a, b) => a + b, 0) / n
  return {
    against: incumbent === null ? 'floor' : 'incumbent',
    n,
    units: sums.length,
    at: (q) => ({
      z: sums.map((sum, c) => sum - q * (sizes[c] as number)),
      low: largest * (least - q),
      high: largest * (most - q),
    }),
    observed,
    zero: incumbent === null ? floor : 0,
    lowest: least,
    highest: most,
    quality: qualityOf(candidate, keys),
    name: clusters === null ? 'mean of graded scores' : 'mean with clusters as units',
  }
}

/** 95 % interval of the candidate's own mean, by betting. */
function qualityOf(scores: ArrayLike<number>, keys: readonly (string | number)[]): Known<'share'> {
  const { sums, sizes, largest } = sumByCluster(scores, keys)
  const n = scores.length
  const value = n === 0 ? 0 : sums.reduce((a, b) => a + b, 0) / n
  const at = (q: number) => ({
    z: sums.map((sum, c) => sum - q * (sizes[c] as number)),
    low: -largest * q,
    high: largest * (1 - q),
  })
  const metric = { at, lowest: 0, highest: 1 }
  const found = { unit: 'share', value, level: 0.95, method: 'measured' } as const
  return {
    kind: 'known',
    ...found,
    low: bettingLowerBound(metric, 0.025, logCapitalFixed),
    high: bettingUpperBound(metric, 0.025, logCapitalFixed),
    how: `betting bounds, ${sums.length} units`,
    source: 'Waudby-Smith and Ramdas 2023',
  }
}

/** Capital at the end of a fixed number of units, or the largest on the way, for who may stop at any time. */
export const anytimeCapital = logCapitalAnytime

/** What a betting test asks for beyond a normal one: Chernoff's exponent, and about one nat for not knowing the best bet. */
const bettingReach = (alpha: number, variance: number): number =>
  Math.sqrt(2 * (Math.log(1 / alpha) + 1) * variance)

/**
 * Betting bounds (guaranteed at any size) and the Bayesian bootstrap over units, for every metric that is linear in
 * sums: graded scores, clusters, repeated draws, F1 and its kin against a floor.
 */
export function boundedLoss(
  metric: LinearMetric,
  capital: LogCapital = logCapitalFixed,
): LossModel {
  const { against, n, units, observed, zero, quality } = metric
  return {
    against,
    n,
    units,
    expected: zero - observed,
    counts: null,
    pMcNemar: null,
    variance: varianceOf(metric),
    reach: (alpha) => bettingReach(alpha, varianceOf(metric)),
    upper: (alpha) => zero - bettingLowerBound(metric, alpha, capital),
    lower: (alpha) => zero - bettingUpperBound(metric, alpha, capital),
    pOver: (limit) => pBelow(metric, zero - limit, jeffreysEnds),
    pNonInferior: (limit) => Math.min(1, Math.exp(-capital(metric.at(zero - limit)))),
    pFixed: (limit) => pBelow(metric, zero - limit, gaffkeEnds),
    pInferior: (limit) => Math.min(1, Math.exp(-capital(mirrored(metric).at(limit - zero)))),
    carries: 'certified',
    method: `betting bound, ${metric.name}`,
    prior: 'Dirichlet over the observed units, half a unit at each end of the range',
    quality,
  }
}

/** Units that are added at the worst and at the best end of the range. */
interface Ends {
  readonly worst: number
  readonly best: number
}

const jeffreysEnds: Ends = { worst: 0.5, best: 0.5 }

/**
 * One unit at the worst end: the p-value of Gaffke's bound (2005), which is Clopper-Pearson's where scores are 0 or 1. That it
 * holds for all bounded scores is conjectured and has not been refuted; so it supports and does not certify.
 */
const gaffkeEnds: Ends = { worst: 1, best: 0 }

/** Chance that the metric is below q under Dirichlet weights over the units and the ends: the mean of -z(q) is positive. */
function pBelow(metric: LinearMetric, q: number, { worst, best }: Ends): number {
  const { z, low, high } = metric.at(q)
  const typical = metric.units === 0 ? 1 : metric.n / metric.units
  const scale = typical / Math.max(1, (high - low) / (metric.highest - metric.lowest))
  const values = Array.from(z, (value) => ({ value: -value, weight: 1 }))
  return pMeanPositive([
    ...values,
    { value: -low * scale, weight: worst },
    ...(best === 0 ? [] : [{ value: -high * scale, weight: best }]),
  ])
}

/** Variance per item that planning uses: of the unit sums, times units over items. */
function varianceOf(metric: LinearMetric): number {
  const { z } = metric.at(metric.observed)
  if (z.length < 2) return 1
  const squares = z.reduce((sum, value) => sum + value * value, 0)
  return squares / (z.length - 1) / Math.max(1, metric.n / metric.units)
}
