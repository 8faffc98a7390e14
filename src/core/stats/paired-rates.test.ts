import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { ratioOfMeans } from './paired-rates.ts'

const repeated = (times: number, a: number, b: number) =>
  Array.from({ length: times }, () => [a, b] as const)

test('by hand: 80 both, 10 only a, 5 only b, 5 neither', () => {
  const pairs = [
    ...repeated(80, 1, 1),
    ...repeated(10, 1, 0),
    ...repeated(5, 0, 1),
    ...repeated(5, 0, 0),
  ]
  const { value, low, high } = ratioOfMeans(pairs, 0.95)!
  expect(value).toBeCloseTo(90 / 85, 12)
  const [a, b] = [0.9, 0.85]
  const squares = 80 * (1 / a - 1 / b) ** 2 + 11 / a ** 2 + 6 / b ** 2
  expect(Math.log(high / value)).toBeCloseTo((1.959964 * Math.sqrt(squares)) / 100, 6)
  expect(low * high).toBeCloseTo(value ** 2, 12)
})

test('equal answers have a ratio of exactly 1, and an interval that narrows with their number', () => {
  const [few, many] = [20, 2000].map((n) => ratioOfMeans(repeated(n, 1, 1), 0.95)!)
  expect(few!.value).toBe(1)
  expect(few!.high).toBeGreaterThan(1.1)
  expect(many!.high).toBeLessThan(1.002)
})

test('nothing right on one side has no ratio', () => {
  expect(ratioOfMeans(repeated(5, 0, 1), 0.95)).toBeNull()
  expect(ratioOfMeans(repeated(5, 1, 0), 0.95)).toBeNull()
  expect(ratioOfMeans([], 0.95)).toBeNull()
})

test('the interval at 95 % holds the true ratio in 93 % or more of 2,000 seeded samples', () => {
  for (const [n, both, onlyA, onlyB] of [
    [100, 0.85, 0.05, 0.05],
    [100, 0.5, 0.02, 0.2],
    [300, 0.9, 0.01, 0.02],
  ] as const) {
    const { next } = seededRandom(7, `${n} ${both}`)
    const truth = (both + onlyA) / (both + onlyB)
    let held = 0
    for (let sample = 0; sample < 2000; sample++) {
      const pairs = Array.from({ length: n }, () => {
        const u = next()
        if (u < both) return [1, 1] as const
        if (u < both + onlyA) return [1, 0] as const
        return u < both + onlyA + onlyB ? ([0, 1] as const) : ([0, 0] as const)
      })
      const found = ratioOfMeans(pairs, 0.95)!
      if (found.low <= truth && truth <= found.high) held += 1
    }
    expect(held / 2000, `n = ${n}`).toBeGreaterThan(0.93)
  }
})
