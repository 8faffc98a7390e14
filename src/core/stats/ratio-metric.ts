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
 * A ratio as a bounded mean: "sum of a / sum of b >= q" is "sum of (a - q b) >= 0", so each item becomes
 * y = (a - q b - lowest) / (highest - lowest) with the bar -lowest / (highest - lowest). For F1 with one decision per
 * item the range is [-q, 2 - 2q], which is y = (z + q) / (2 - q), bar q / (2 - q).
 */
export interface BoundedRatio {
  readonly values: Float64Array
  /** The mean of values reaches this exactly when the ratio reaches q. */
  readonly bar: number
}

/** Items as values in 0..1 whose mean is compared with `bar`. Future items are taken to hold no more decisions than the fullest one here. */
export function boundedRatio(
  metric: RatioMetric,
  counts: readonly Counts[],
  q: number,
): BoundedRatio {
  const [lowest, highest] = rangeOf(metric, counts, q)
  const span = highest - lowest
  const values = Float64Array.from(counts, (count) => {
    const [a, b] = ratioParts(metric, count)
    return (a - q * b - lowest) / span
  })
  return { values, bar: -lowest / span }
}

/** One decision per item has range [-q, 2 - 2q] for F1; several decisions per item scale by the most of any item. */
function rangeOf(
  metric: RatioMetric,
  counts: readonly Counts[],
  q: number,
): readonly [number, number] {
  const most = counts.reduce((top, { tp, fp, fn }) => Math.max(top, tp + fp + fn), 1)
  const best = metric === 'f1' ? 2 - 2 * q : 1 - q
  return [-q * most, best * most]
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
