import fc from 'fast-check'
import { expect, test } from 'vitest'
import { binomialCdf, binomialTail } from './binomial.ts'
import {
  inverseBeta,
  logChoose,
  logGamma,
  normalCdf,
  normalQuantile,
  regularizedBeta,
  upperBeta,
} from './special-functions.ts'

// Values by scipy 1.17.1: special.gammaln, betainc, betaincinv, stats.norm.cdf/ppf, stats.binom.cdf/sf/pmf.
const close = (found: number, wanted: number, relative = 1e-12) =>
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted))

test.each([
  [0.5, 0.5723649429247],
  [3.7, 1.428072326665388],
  [150.25, 601.2615040324997],
  [12345.5, 103958.24296512322],
])('logGamma(%f) is what scipy says', (x, wanted) => close(logGamma(x), wanted, 1e-13))

test.each([
  [0.4, 2, 3, 0.5247999999999999],
  [0.1, 0.5, 0.5, 0.20483276469913345],
  [0.81, 120, 30.5, 0.6373971202813169],
  [0.55, 5000, 4000, 0.14444343162632547],
])('the incomplete beta at %f with (%f, %f) is what scipy says', (x, a, b, wanted) =>
  close(regularizedBeta(x, a, b), wanted, 1e-10),
)

test.each([
  [0.05, 2, 3, 0.09761146288641434],
  [0.9, 0.5, 10, 0.12947542734171605],
  [0.025, 300, 20, 0.9085482980318238],
  [0.05, 3.5, 20, 0.04978054386858559],
])('the inverse incomplete beta at %f with (%f, %f) is what scipy says', (p, a, b, wanted) =>
  close(inverseBeta(p, a, b), wanted, 1e-11),
)

test.each([
  [-6.5, 4.016000583859088e-11],
  [-1.3, 0.09680048458561036],
  [0.2, 0.579259709439103],
  [3, 0.9986501019683699],
])('the normal distribution function at %f is what scipy says', (z, wanted) =>
  close(normalCdf(z), wanted, 1e-12),
)

test.each([
  [1e-9, -5.9978070150076865],
  [0.002, -2.878161739095483],
  [0.3, -0.5244005127080409],
  [0.975, 1.959963984540054],
])('the normal quantile at %f is what scipy says', (p, wanted) => close(normalQuantile(p), wanted))

test('binomial masses and tails are what scipy says', () => {
  close(binomialCdf(3, 20, 0.3), 0.10708680450373087)
  close(binomialTail(300, 319, 0.9), 0.007165489809358714, 1e-11)
  close(Math.exp(logChoose(30, 7) + 7 * Math.log(0.2) + 23 * Math.log(0.8)), 0.15382069897321618)
})

test('lower and upper part of a beta sum to 1 and the inverse undoes the function', () => {
  const shape = fc.double({ min: 0.3, max: 400, noNaN: true })
  const share = fc.double({ min: 0.001, max: 0.999, noNaN: true })
  fc.assert(
    fc.property(share, shape, shape, (p, a, b) => {
      const x = inverseBeta(p, a, b)
      if (x < 1e-12 || x > 1 - 1e-12) return
      expect(regularizedBeta(x, a, b)).toBeCloseTo(p, 8)
      expect(regularizedBeta(x, a, b) + upperBeta(x, a, b)).toBeCloseTo(1, 8)
    }),
    { numRuns: 200, seed: 7 },
  )
})
