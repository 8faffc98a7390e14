import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { EProcess } from './e-process.ts'
import { type Counts, ratioStatistic, ratioValue } from './ratio-metric.ts'
import {
  bernoulliKl,
  itemsForZeroLosses,
  itemsToCertifyMean,
  pairsForPower,
  pairsToCertify,
} from './sample-size.ts'

/** One decision per item: true positive, false positive, false negative or none. */
const outcome = (kind: string) => ({
  tp: kind === 'tp' ? 1 : 0,
  fp: kind === 'fp' ? 1 : 0,
  fn: kind === 'fn' ? 1 : 0,
})
const kinds = [
  ...Array(40).fill('tp'),
  ...Array(10).fill('fp'),
  ...Array(10).fill('fn'),
  ...Array(40).fill('tn'),
]

/** F1 against q as values in 0..1 and the bar for their mean. */
function bounded(counts: readonly Counts[], q: number) {
  const { z, low, high } = ratioStatistic('f1', counts).at(q)
  return { values: [...z].map((value) => (value - low) / (high - low)), bar: -low / (high - low) }
}

test('the mean of z(q) reaches 0 exactly when the ratio reaches q', () => {
  const counts = kinds.map(outcome)
  expect(ratioValue('f1', counts)).toBeCloseTo(0.8, 12)
  expect(ratioValue('precision', counts)).toBeCloseTo(0.8, 12)
  for (const q of [0.5, 0.79, 0.81, 0.95]) {
    for (const metric of ['f1', 'precision', 'recall'] as const) {
      const { z, low, high } = ratioStatistic(metric, counts).at(q)
      expect(z.reduce((a, b) => a + b, 0) >= 0).toBe(0.8 >= q)
      expect(Math.min(...z)).toBeGreaterThanOrEqual(low)
      expect(Math.max(...z)).toBeLessThanOrEqual(high)
    }
  }
})

test('for one decision per item it is y = (z + q) / (2 - q) with the bar q / (2 - q)', () => {
  const { values, bar } = bounded([outcome('tp'), outcome('fp'), outcome('tn')], 0.8)
  expect(bar).toBeCloseTo(0.8 / 1.2, 12)
  expect(values).toEqual([1, 0, 0.8 / 1.2].map((x) => expect.closeTo(x, 12)))
})

test('a set whose F1 is exactly q is accepted at most alpha of the time', () => {
  const random = seededRandom('f1')
  const { values, bar } = bounded(kinds.map(outcome), 0.8)
  let accepted = 0
  for (let world = 0; world < 1000; world += 1) {
    const process = new EProcess({ nullMean: bar, size: values.length, threshold: 20 })
    for (const value of random.shuffle([...values])) process.update(value)
    if (process.rejected) accepted += 1
  }
  expect(accepted / 1000).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 1000))
})

test('planning figures are those of the formulas, to the examples worked out before', () => {
  expect(bernoulliKl(0.85, 0.8)).toBeCloseTo(
    0.85 * Math.log(0.85 / 0.8) + 0.15 * Math.log(0.15 / 0.2),
    12,
  )
  expect(itemsToCertifyMean(0.85, 0.8, 0.005)).toBeGreaterThan(700)
  expect(itemsToCertifyMean(0.85, 0.8, 0.005)).toBeLessThan(850)
  expect(pairsToCertify(0.1, 0.02, 0.005)).toBeGreaterThan(2900)
  expect(pairsToCertify(0.1, 0.02, 0.005)).toBeLessThan(3500)
})

test('items for zero losses is the rule of three, and power costs items', () => {
  expect(itemsForZeroLosses(0.01, 0.05)).toBe(299)
  expect(pairsForPower(0.1, 0.02, 0.05, 0.9)).toBeGreaterThan(pairsForPower(0.1, 0.02, 0.05, 0.8))
})
