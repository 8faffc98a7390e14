import { bcaQuantile, bcaShareOver, bootstrap } from '../stats/bootstrap.ts'
import { normalReach } from './loss-exact.ts'
import type { LossModel } from './loss-model.ts'

export interface BootstrapInput {
  readonly name: string
  readonly n: number
  readonly clusters: ArrayLike<number> | null
  /** The candidate's metric and the reference's (the incumbent's, or the floor) with item i counted weights[i] times. */
  readonly candidate: (weights: ArrayLike<number>) => number
  readonly reference: (weights: ArrayLike<number>) => number
  readonly against: 'incumbent' | 'floor'
  readonly seed: number
}

/** Below this many units a resampled bound is shown and certifies nothing ("a few hundred"). */
const UNITS_FOR_BOOTSTRAP = 300

/** Enough that ten resamples lie beyond a bound at 0.05 / 24; fewer for very large sets, where each costs a pass. */
const resamplesFor = (n: number): number => Math.round(Math.min(5000, Math.max(1500, 4e7 / n)))

/**
 * Loss of a metric that is no mean (macro F1, MCC, corpus scores): both are recomputed on the same resampled items,
 * and the difference is bounded by BCa. Approximate, and said to be.
 */
export function bootstrapLoss(input: BootstrapInput): LossModel {
  const { n, clusters, candidate, reference, against, name, seed } = input
  const resamples = resamplesFor(n)
  const options = { resamples, seed, ...(clusters === null ? {} : { clusters }) }
  const units = clusters === null ? n : new Set(Array.from(clusters)).size
  const loss = bootstrap(n, (weights) => reference(weights) - candidate(weights), options)
  const own = bootstrap(n, (weights) => candidate(weights), { ...options, resamples: 1000 })
  const spread = varianceOf(loss.values) * n
  const found = { unit: 'share', value: own.estimate, level: 0.95, method: 'measured' } as const
  return {
    against,
    n,
    units,
    expected: loss.estimate,
    counts: null,
    pMcNemar: null,
    variance: spread,
    reach: (alpha) => normalReach(alpha, spread),
    upper: (alpha) => bcaQuantile(loss, 1 - alpha),
    lower: (alpha) => bcaQuantile(loss, alpha),
    pOver: (limit) => bcaShareOver(loss, limit),
    pNonInferior: (limit) => bcaShareOver(loss, limit),
    pFixed: (limit) => bcaShareOver(loss, limit),
    pInferior: (limit) => 1 - bcaShareOver(loss, limit),
    carries: units >= UNITS_FOR_BOOTSTRAP ? 'certified' : 'supported',
    method: `paired bootstrap (BCa, ${resamples} resamples) of ${name}: approximate`,
    prior: 'none: share of resamples',
    quality: {
      kind: 'known',
      ...found,
      low: bcaQuantile(own, 0.025),
      high: bcaQuantile(own, 0.975),
      how: `BCa bootstrap, n = ${n}`,
      source: 'Efron 1987',
    },
  }
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
