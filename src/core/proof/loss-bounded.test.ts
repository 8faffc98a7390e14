import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { boundedLoss, meanMetric } from './loss-bounded.ts'
import { pairedLoss } from './loss-exact.ts'

/** Clusters of 5 whose items mostly agree (ICC 0.5), share right exactly q over the population. */
function clustered(seed: string, clusters: number, q: number) {
  const random = seededRandom(seed)
  const scores: number[] = []
  const keys: string[] = []
  for (let c = 0; c < clusters; c += 1) {
    const shared = random.next() < q ? 1 : 0
    for (let i = 0; i < 5; i += 1) {
      scores.push(random.next() < Math.SQRT1_2 ? shared : random.next() < q ? 1 : 0)
      keys.push(`c${c}`)
    }
  }
  return { scores, keys }
}

test('with clusters exactly at the floor the bound is wrong at most alpha of the time, and items alone would be wrong more often', () => {
  const worlds = 300
  let [asUnits, asItems] = [0, 0]
  for (let world = 0; world < worlds; world += 1) {
    const { scores, keys } = clustered(`icc ${world}`, 60, 0.8)
    if (boundedLoss(meanMetric(scores, null, 0.8, keys)).upper(0.05) <= 0) asUnits += 1
    if (boundedLoss(meanMetric(scores, null, 0.8, null)).pOver(0) <= 0.05) asItems += 1
  }
  expect(asUnits / worlds).toBeLessThanOrEqual(0.05)
  expect(asItems / worlds).toBeGreaterThan(0.08)
})

test('the posterior with clusters as units is calibrated at the floor within noise', () => {
  const worlds = 400
  let low = 0
  for (let world = 0; world < worlds; world += 1) {
    const { scores, keys } = clustered(`posterior ${world}`, 80, 0.8)
    if (boundedLoss(meanMetric(scores, null, 0.8, keys)).pOver(0) <= 0.2) low += 1
  }
  expect(low / worlds).toBeLessThanOrEqual(0.2 + 2 * Math.sqrt((0.2 * 0.8) / worlds) + 0.015)
})

test('on right-or-wrong pairs the bounded route agrees with the exact one: same loss, near posterior, wider bound', () => {
  const random = seededRandom('both routes')
  const big = Array.from({ length: 500 }, () => (random.next() < 0.9 ? 1 : 0))
  const small = big.map((score) => (random.next() < 0.06 ? 1 - score : score))
  const exact = pairedLoss(small, big)
  const bounded = boundedLoss(meanMetric(small, big, 0, null))
  expect(bounded.expected).toBeCloseTo(exact.expected, 12)
  expect(Math.abs(bounded.pOver(0.03) - exact.pOver(0.03))).toBeLessThan(0.01)
  expect(bounded.upper(0.05)).toBeGreaterThan(exact.expected)
  expect(bounded.upper(0.05)).toBeLessThan(exact.upper(0.05) + 0.05)
  expect(bounded.variance).toBeCloseTo(exact.variance, 2)
})

test('repeated draws are graded scores: their mean lies within the bounds', () => {
  const draws = [0, 1 / 3, 2 / 3, 1, 1, 1, 2 / 3, 1, 1, 0, 1, 1]
  const loss = boundedLoss(meanMetric(draws, null, 0.5, null))
  expect(loss.quality.low).toBeLessThan(loss.quality.value)
  expect(loss.quality.high).toBeGreaterThan(loss.quality.value)
})
