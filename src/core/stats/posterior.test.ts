import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { integrate, pLossOver, pMeanPositive, pShareBelow } from './posterior.ts'

const pairs = (win: number, lose: number, n: number) => ({ win, lose, tie: n - win - lose })

test('Gauss-Legendre integrates a smooth function to the last digits', () => {
  expect(integrate(Math.exp, 0, 1, 2)).toBeCloseTo(Math.E - 1, 14)
})

test('P(loss > 0.01) after 50 ties is what scipy.integrate.quad gives', () => {
  // quad(beta.pdf(d, 1, 50.5) * beta.sf((1 + 0.01 / d) / 2, 0.5, 0.5), 0.01, 1) = 0.202109177014735
  expect(pLossOver(pairs(0, 0, 50), 0.01)).toBeCloseTo(0.202109177014735, 11)
})

test('two independent routes agree: integration over the discordant share, and inversion of the characteristic function', () => {
  const table = fc.tuple(fc.nat(40), fc.nat(40), fc.integer({ min: 90, max: 900 }))
  const margin = fc.constantFrom(-0.03, 0.005, 0.01, 0.05)
  fc.assert(
    fc.property(table, margin, ([win, lose, n], m) => {
      const tie = n - win - lose
      const values = [
        { value: 1 - m, weight: lose + 0.5 },
        { value: -1 - m, weight: win + 0.5 },
        { value: -m, weight: tie + 0.5 },
      ]
      expect(pMeanPositive(values)).toBeCloseTo(pLossOver(pairs(win, lose, n), m), 8)
    }),
    { numRuns: 40, seed: 5 },
  )
})

test('both agree with drawing from the Dirichlet', () => {
  const random = seededRandom('dirichlet')
  const gamma = (shape: number) => {
    // Marsaglia and Tsang 2000.
    const d = shape - 1 / 3
    for (;;) {
      const x = random.normal()
      const v = (1 + x / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v))
        return d * v
    }
  }
  let over = 0
  for (let i = 0; i < 40_000; i += 1) {
    const [win, tie, lose] = [gamma(6.5), gamma(180.5), gamma(13.5)]
    if ((lose - win) / (win + tie + lose) > 0.02) over += 1
  }
  expect(Math.abs(over / 40_000 - pLossOver(pairs(6, 13, 199), 0.02))).toBeLessThan(4 * 0.0025)
})

test('more losses raise the chance, a wider margin lowers it, and it stays within 0 and 1', () => {
  expect(pLossOver(pairs(3, 9, 300), 0.01)).toBeGreaterThan(pLossOver(pairs(3, 8, 300), 0.01))
  expect(pLossOver(pairs(3, 8, 300), 0.02)).toBeLessThan(pLossOver(pairs(3, 8, 300), 0.01))
  expect(pLossOver(pairs(0, 300, 300), 0.5)).toBeCloseTo(1, 10)
  expect(pLossOver(pairs(300, 0, 300), 0.5)).toBeCloseTo(0, 10)
})

test('the chance of lying below the floor is a beta tail', () => {
  expect(pShareBelow(265, 300, 0.85)).toBeCloseTo(0.0492887785267077, 12) // scipy.stats.beta.cdf(0.85, 265.5, 35.5)
  expect(pShareBelow(150, 300, 0.5)).toBeCloseTo(0.5, 12)
})

test('values all on one side leave no doubt', () => {
  expect(
    pMeanPositive([
      { value: 1, weight: 3 },
      { value: 0, weight: 5 },
    ]),
  ).toBe(1)
  expect(pMeanPositive([{ value: -1, weight: 3 }])).toBe(0)
})
