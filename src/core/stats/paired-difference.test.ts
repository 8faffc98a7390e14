import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  inferiorityP,
  lossLowerBound,
  lossUpperBound,
  nonInferiorityP,
  scoreStatistic,
  scoreUpperBound,
} from './paired-difference.ts'
import { logChoose } from './special-functions.ts'

/** P(X = k), X ~ Binomial(n, p), 0 < p < 1. */
const binomialPmf = (k: number, n: number, p: number): number =>
  Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p))

const pairs = (win: number, lose: number, n: number) => ({ win, lose, tie: n - win - lose })

// Brute force in Python (numpy, scipy.stats.multinomial.pmf): all tables with a score at most the observed one, summed
// for 400 nuisance values sin^2-spaced, the largest taken.
test.each([
  [3, 1, 30, 0.05, -1.5919846295780116, 0.069564722777639],
  [3, 1, 30, 0.1, -2.08107117951722, 0.021505974161004263],
  [0, 0, 40, 0.1, -2.1081851067789192, 0.019577540004105054],
  [6, 9, 60, 0.15, -1.4980961371761194, 0.0700628920503439],
  [10, 2, 50, -0.02, -2.0630940369405857, 0.023471343757758025],
  [2, 2, 20, 0.2, -1.7376889304906769, 0.056526367034252824],
  [0, 3, 25, 0.4, -2.8577380332470415, 0.0032546251746179327],
])(
  '%i wins, %i losses of %i against %f: score and exact p are those of a brute force',
  (win, lose, n, margin, score, p) => {
    expect(scoreStatistic(pairs(win, lose, n), margin)).toBeCloseTo(score, 10)
    const found = nonInferiorityP(pairs(win, lose, n), margin)
    expect(Math.abs(found - p)).toBeLessThan(2e-5 * (1 + p))
  },
)

test('the bound is where the exact test stops rejecting', () => {
  for (const [win, lose, n] of [
    [10, 14, 300],
    [0, 0, 300],
    [2, 9, 120],
  ] as const) {
    const upper = lossUpperBound(pairs(win, lose, n), 0.05)
    expect(nonInferiorityP(pairs(win, lose, n), upper)).toBeLessThanOrEqual(0.05)
    expect(nonInferiorityP(pairs(win, lose, n), upper - 2e-4)).toBeGreaterThan(0.05)
  }
})

test('no loss in 300 items leaves a loss of 1 - 0.05^(1/300) possible: the rule of three', () => {
  expect(lossUpperBound(pairs(0, 0, 300), 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 300), 4)
})

test('upper and lower bound are mirror images and enclose the observed loss', () => {
  const table = fc.tuple(fc.nat(12), fc.nat(12), fc.integer({ min: 25, max: 60 }))
  fc.assert(
    fc.property(table, ([win, lose, n]) => {
      const counts = pairs(win, lose, n)
      const mirrored = pairs(lose, win, n)
      expect(lossLowerBound(counts, 0.1)).toBeCloseTo(-lossUpperBound(mirrored, 0.1), 10)
      expect(lossUpperBound(counts, 0.1)).toBeGreaterThanOrEqual((lose - win) / n)
      expect(inferiorityP(counts, 0.1)).toBeCloseTo(nonInferiorityP(mirrored, -0.1), 12)
    }),
    { numRuns: 25, seed: 3 },
  )
})

test('a stricter level gives a wider bound, and a further loss raises it', () => {
  expect(lossUpperBound(pairs(5, 8, 200), 0.01)).toBeGreaterThan(
    lossUpperBound(pairs(5, 8, 200), 0.05),
  )
  expect(lossUpperBound(pairs(5, 9, 200), 0.05)).toBeGreaterThan(
    lossUpperBound(pairs(5, 8, 200), 0.05),
  )
})

test('above 2,000 items the score bound stands in, and near there the two agree', () => {
  const exact = lossUpperBound(pairs(100, 120, 2000), 0.05)
  expect(exact).toBeGreaterThan(scoreUpperBound(pairs(100, 120, 2000), 0.05) - 1e-6)
  expect(Math.abs(exact - scoreUpperBound(pairs(100, 120, 2000), 0.05))).toBeLessThan(2e-4)
  expect(lossUpperBound(pairs(110, 132, 2200), 0.05)).toBe(
    scoreUpperBound(pairs(110, 132, 2200), 0.05),
  )
})

test('the exact test rejects a true loss of exactly the margin at most alpha of the time, summed over all tables', () => {
  const n = 40
  for (const [margin, win] of [
    [0.05, 0.02],
    [0.1, 0.05],
    [0.05, 0.2],
  ] as const) {
    const lose = win + margin
    let rejected = 0
    for (let k = 0; k <= n; k += 1) {
      for (let b = 0; b <= k; b += 1) {
        if (nonInferiorityP(pairs(b, k - b, n), margin) > 0.05) continue
        rejected += binomialPmf(k, n, win + lose) * binomialPmf(b, k, win / (win + lose))
      }
    }
    expect(rejected).toBeLessThanOrEqual(0.05)
  }
})
