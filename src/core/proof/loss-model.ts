import type { PairedCounts } from '../stats/paired-difference.ts'
import { trafficFactor } from '../stats/traffic.ts'
import type { Known } from '../unit/estimate.ts'

/**
 * What the judged items say of one candidate's loss: against the incumbent on the same items, or the shortfall from
 * the floor. Score units, positive is worse. Every bound is one-sided and for future items (population scope).
 */
export interface LossModel {
  readonly against: 'incumbent' | 'floor'
  /** Items, and independent units among them (clusters, where there are any). */
  readonly n: number
  readonly units: number
  /** Observed loss over these items. */
  readonly expected: number
  readonly counts: PairedCounts | null
  readonly pMcNemar: number | null
  /** Variance of the loss of one unit; for planning only. */
  readonly variance: number
  /** Largest loss left possible at level 1 - alpha. */
  upper(alpha: number): number
  lower(alpha: number): number
  /** Posterior chance that the loss is above the limit. */
  pOver(limit: number): number
  /** p-value of H0: loss >= limit. */
  pNonInferior(limit: number): number
  /** p-value of H0: loss <= limit. */
  pInferior(limit: number): number
  /** Whether the bounds hold at any size; resampling ones do not below a few hundred units. */
  readonly guaranteed: boolean
  readonly method: string
  readonly prior: string
  readonly quality: Known<'share'>
}

/**
 * Bounds for the loss that the next `traffic` items will show, instead of the loss expected of them: their distance from
 * the observed loss grows by `trafficFactor`. P-values and chances stay those of the expected loss.
 */
export function onTraffic(loss: LossModel, traffic: number | null): LossModel {
  const { expected } = loss
  const factor = trafficFactor(loss.n, traffic)
  const widened = (bound: number) => expected + factor * (bound - expected)
  return {
    ...loss,
    variance: factor * factor * loss.variance,
    upper: (alpha) => Math.min(1, widened(loss.upper(alpha))),
    lower: (alpha) => Math.max(-1, widened(loss.lower(alpha))),
    method: `${loss.method}, widened for ${traffic === null ? 'traffic of three times these items' : `traffic of ${traffic} items`}`,
  }
}

/** Remembers bounds and chances: the exact ones take milliseconds and are asked for by grade, evidence and reason alike. */
export function remembered(loss: LossModel): LossModel {
  return {
    ...loss,
    upper: memo(loss.upper),
    lower: memo(loss.lower),
    pOver: memo(loss.pOver),
    pNonInferior: memo(loss.pNonInferior),
    pInferior: memo(loss.pInferior),
  }
}

function memo(compute: (at: number) => number): (at: number) => number {
  const known = new Map<number, number>()
  return (at) => {
    const found = known.get(at) ?? compute(at)
    known.set(at, found)
    return found
  }
}
