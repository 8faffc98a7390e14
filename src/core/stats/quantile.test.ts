import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { quantileInterval } from './quantile.ts'

test('the median of 1..99 is 50 and its 95 % interval is the textbook ranks 40 and 60', () => {
  // scipy.stats.binom(99, 0.5).ppf([0.025, 0.975]) -> 40, 59; order statistics 40 and 60.
  const values = Array.from({ length: 99 }, (_, i) => i + 1)
  expect(quantileInterval(values, 0.5)).toEqual({ value: 50, low: 40, high: 60 })
})

test('an empty sample has no quantile and one value is its own interval', () => {
  expect(quantileInterval([], 0.95)).toBeNull()
  expect(quantileInterval([3], 0.95)).toEqual({ value: 3, low: 3, high: 3 })
})

test('the interval of the 90th percentile covers the truth in at least 95 % of samples, minus noise', () => {
  const random = seededRandom('quantile coverage')
  let covered = 0
  const worlds = 2_000
  for (let w = 0; w < worlds; w++) {
    const sample = Array.from({ length: 300 }, () => random.next())
    const found = quantileInterval(sample, 0.9)
    if (found && found.low <= 0.9 && 0.9 <= found.high) covered += 1
  }
  expect(covered / worlds).toBeGreaterThan(0.95 - 2 * Math.sqrt((0.05 * 0.95) / worlds))
})
