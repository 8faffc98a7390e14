import {
  type Counts,
  type RatioMetric,
  ratioParts,
  ratioStatistic,
  ratioValue,
} from '../stats/ratio-metric.ts'
import { boundedLoss, type LinearMetric } from './loss-bounded.ts'
import { shareEstimate } from './loss-exact.ts'
import { type LossModel, remembered } from './loss-model.ts'
import type { Pairing } from './pairing.ts'

/** Counts by position. F1 = 2tp / (2tp + fp + fn) over all items; precision without fn, recall without fp. */
export interface RatioCounts {
  readonly tp: ArrayLike<number>
  readonly fp: ArrayLike<number>
  readonly fn: ArrayLike<number>
}

const countsAt = ({ tp, fp, fn }: RatioCounts, p: number): Counts => ({
  tp: tp[p] ?? 0,
  fp: fp[p] ?? 0,
  fn: fn[p] ?? 0,
})

/** F1, precision or recall against a floor, in units of items or clusters. */
export function ratioLoss(
  ratio: RatioMetric,
  counts: RatioCounts,
  { positions, clusters }: Pick<Pairing, 'positions' | 'clusters'>,
  floor: number,
): LossModel {
  const units = unitsOf(counts, positions, clusters)
  const observed = ratioValue(ratio, units)
  const metric = {
    ...ratioStatistic(ratio, units),
    against: 'floor' as const,
    n: positions.length,
    units: units.length,
    observed,
    zero: floor,
    name: `${ratio} as a bounded mean`,
  }
  const blank = boundedLoss({ ...metric, quality: shareEstimate(0, 0) })
  return remembered(boundedLoss({ ...metric, quality: qualityOf(blank, observed, floor) }))
}

function unitsOf(
  counts: RatioCounts,
  positions: readonly number[],
  clusters: readonly string[] | null,
): readonly Counts[] {
  const sums = new Map<string | number, Counts>()
  positions.forEach((p, i) => {
    const key = clusters?.[i] ?? i
    const held = sums.get(key) ?? { tp: 0, fp: 0, fn: 0 }
    const { tp, fp, fn } = countsAt(counts, p)
    sums.set(key, { tp: held.tp + tp, fp: held.fp + fp, fn: held.fn + fn })
  })
  return [...sums.values()]
}

function qualityOf(loss: LossModel, observed: number, floor: number): LinearMetric['quality'] {
  return {
    ...shareEstimate(0, 0),
    value: observed,
    low: floor - loss.upper(0.025),
    high: floor - loss.lower(0.025),
    how: loss.method,
    source: 'Waudby-Smith and Ramdas 2023',
  }
}

/** The ratio with position p counted weights[p] times, as resampling needs it. */
export function weightedRatio(
  ratio: RatioMetric,
  counts: RatioCounts,
  weights: ArrayLike<number>,
): number {
  let top = 0
  let bottom = 0
  for (let p = 0; p < weights.length; p += 1) {
    const weight = weights[p] as number
    if (weight === 0) continue
    const [a, b] = ratioParts(ratio, countsAt(counts, p))
    top += weight * a
    bottom += weight * b
  }
  return bottom === 0 ? 1 : top / bottom
}
