import type { LinearStatistic } from './betting-bound.ts'

export type RatioMetric = 'f1' | 'precision' | 'recall'

/** True positives, false positives and false negatives of one item. */
export interface Counts {
  readonly tp: number
  readonly fp: number
  readonly fn: number
}

/** Numerator and denominator of the metric: it is the ratio of their sums over all items. */
export function ratioParts(metric: RatioMetric, { tp, fp, fn }: Counts): readonly [number, number] {
  if (metric === 'precision') return [tp, tp + fp]
  if (metric === 'recall') return [tp, tp + fn]
  return [2 * tp, 2 * tp + fp + fn]
}

/**
 * A ratio as a linear statistic: "sum of a / sum of b >= q" is "sum of (a - q b) >= 0". One decision has a - q b in
 * [-q, 2 - 2q] for F1 (so y = (z + q) / (2 - q) with the bar q / (2 - q)) and in [-q, 1 - q] for precision and recall;
 * a unit of several decisions has as many times that. Future units are taken to hold no more than the fullest here.
 */
export function ratioStatistic(metric: RatioMetric, units: readonly Counts[]): LinearStatistic {
  const parts = units.map((unit) => ratioParts(metric, unit))
  const most = units.reduce((top, { tp, fp, fn }) => Math.max(top, tp + fp + fn), 1)
  const gain = metric === 'f1' ? 2 : 1
  const at = (q: number) => ({
    z: Float64Array.from(parts, ([a, b]) => a - q * b),
    low: -q * most,
    high: gain * (1 - q) * most,
  })
  return { at, lowest: 0, highest: 1 }
}

/** The metric over all items, 0..1; 1 when nothing was asked and nothing claimed. */
export function ratioValue(metric: RatioMetric, counts: readonly Counts[]): number {
  let top = 0
  let bottom = 0
  for (const count of counts) {
    const [a, b] = ratioParts(metric, count)
    top += a
    bottom += b
  }
  return bottom === 0 ? 1 : top / bottom
}
