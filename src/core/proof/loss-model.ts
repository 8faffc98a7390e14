import type { ClaimKind } from '../result/claim.ts'
import type { PairedCounts } from '../stats/paired-difference.ts'
import { trafficFactor } from '../stats/traffic.ts'
import type { Known } from '../unit/estimate.ts'

/**
 * What the judged items say of one candidate's loss: against the incumbent on the same items, or the shortfall from
 * the floor. Score units, positive is worse. Every bound is one-sided and for the long run (population scope).
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
  /** Variance of the loss times items: the loss over n items varies by variance / n; for planning only. */
  readonly variance: number
  /** Distance between loss and limit that the test at level alpha asks for, times the square root of the items; for planning only. */
  reach(alpha: number, limit: number): number
  /** Largest loss left possible at level 1 - alpha. */
  upper(alpha: number): number
  lower(alpha: number): number
  /** Posterior chance that the loss is above the limit. */
  pOver(limit: number): number
  /** p-value of H0: loss >= limit, guaranteed. */
  pNonInferior(limit: number): number
  /** The same for this number of items, where a tighter one is known and holds in practice. */
  pFixed(limit: number): number
  /** p-value of H0: loss <= limit. */
  pInferior(limit: number): number
  /** The strongest word that this evidence can carry: resampled bounds do not hold on few items. */
  readonly carries: ClaimKind
  readonly method: string
  readonly prior: string
  readonly quality: Known<'share'>
}

/**
 * Bounds and chances for the loss that the next `traffic` items will show, instead of the long-run loss: what either lies away from
 * the observed loss grows by `trafficFactor`. Tests stay those of the long run.
 */
export function onTraffic(loss: LossModel, traffic: number | null): LossModel {
  const { expected } = loss
  const factor = trafficFactor(loss.n, traffic)
  if (factor === 1) return loss
  const widened = (bound: number) => expected + factor * (bound - expected)
  return {
    ...loss,
    upper: (alpha) => Math.min(1, widened(loss.upper(alpha))),
    lower: (alpha) => Math.max(-1, widened(loss.lower(alpha))),
    pOver: (limit) => loss.pOver(expected + (limit - expected) / factor),
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
    pFixed: memo(loss.pFixed),
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
