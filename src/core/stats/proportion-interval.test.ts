import { expect, test } from 'vitest'
import { mcnemarExact } from './mcnemar.ts'
import { clopperPearson, clopperPearsonUpper, wilson } from './proportion-interval.ts'
import { logChoose } from './special-functions.ts'

/** P(X = k), X ~ Binomial(n, p), 0 < p < 1. */
const binomialPmf = (k: number, n: number, p: number): number =>
  Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p))

// R binom.confint values as kept in statsmodels; the same by scipy binomtest(k, n).proportion_ci(0.95, 'wilson' | 'exact').
test.each([
  [18, 20, 0.6989663547715128, 0.9721335187862319, 0.6830172859809209, 0.9876514728297041],
  [4, 20, 0.08065766257979806, 0.4160174322518936, 0.05733399705002387, 0.4366140029966687],
  [4, 200, 0.007804426416349465, 0.05028708690582644, 0.005475565879556446, 0.050413609089896255],
  [19, 38, 0.348499283643951, 0.651500716356049, 0.3337890061130965, 0.6662109938869034],
])(
  'Wilson and Clopper-Pearson for %i of %i are those of R',
  (k, n, low, high, exactLow, exactHigh) => {
    expect(wilson(k, n, 0.95).low).toBeCloseTo(low, 12)
    expect(wilson(k, n, 0.95).high).toBeCloseTo(high, 12)
    expect(clopperPearson(k, n, 0.95).low).toBeCloseTo(exactLow, 12)
    expect(clopperPearson(k, n, 0.95).high).toBeCloseTo(exactHigh, 12)
  },
)

test('the one-sided upper bound of 10 in 300 is that of scipy', () => {
  // scipy.stats.binomtest(10, 300, alternative='less').proportion_ci(0.95).high
  expect(clopperPearsonUpper(10, 300, 0.05)).toBeCloseTo(0.055884740515025046, 12)
})

test('intervals at the ends have width: never plus or minus 0', () => {
  expect(wilson(20, 20, 0.95).low).toBeLessThan(0.9)
  expect(wilson(0, 20, 0.95).high).toBeGreaterThan(0.1)
  expect(wilson(0, 0, 0.95)).toEqual({ low: 0, high: 1 })
})

test('Clopper-Pearson covers at least 95 % at every share, summed exactly over outcomes', () => {
  for (const n of [10, 60]) {
    for (const p of [0.02, 0.31, 0.5, 0.9]) {
      let covered = 0
      for (let k = 0; k <= n; k += 1) {
        const { low, high } = clopperPearson(k, n, 0.95)
        if (low <= p && p <= high) covered += binomialPmf(k, n, p)
      }
      expect(covered).toBeGreaterThanOrEqual(0.95)
    }
  }
})

// Discordant pairs of public GSM8K runs (ZeroEval); p-values by scipy.stats.binomtest.
test.each([
  ['Llama-3-70B, Qwen2-72B', 51, 46, 0.684858777214404],
  ['Mistral-Large-2, Llama-3.1-405B', 23, 29, 0.48845566937989204],
  ['Phi-3.5-mini, gpt-3.5', 141, 119, 0.19269290366286934],
])('McNemar of %s is what scipy says', (_pair, win, lose, wanted) => {
  expect(mcnemarExact(win, lose)).toBeCloseTo(wanted, 12)
})

test('without discordant pairs nothing speaks against equality', () => {
  expect(mcnemarExact(0, 0)).toBe(1)
})
