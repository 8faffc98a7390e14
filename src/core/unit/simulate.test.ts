import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compare, compareDraws } from './compare.ts'
import type { Known, Unit } from './estimate.ts'
import { factor, quantile } from './factor.ts'
import { exact, known, within } from './known.ts'
import { normalQuantile } from './normal.ts'
import { drawFactor, type FactorModel, simulate, sortedQuantile, summarise } from './simulate.ts'
import { tornado } from './tornado.ts'

const about = { method: 'modeled', how: 'test', source: 'test' } as const
const seeds = [1, 20260101, 77]
const product = (name: string, ...estimates: Known<Unit>[]): FactorModel => ({
  factors: estimates.map((each, i) => factor(`${name}${i}`, each)),
  value: (x) => x.reduce((a, b) => a * b, 1),
})

describe('drawing', () => {
  test('normal quantiles agree with the published table (NIST: 1.644854, 1.959964, 3.090232)', () => {
    expect(normalQuantile(0.95)).toBeCloseTo(1.6448536, 6)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6)
    expect(normalQuantile(0.001)).toBeCloseTo(-3.0902323, 6)
    expect(normalQuantile(0.5)).toBe(0)
  })

  test.each(seeds)(
    'a lopsided interval keeps both of its ends and its middle (seed %i)',
    (seed) => {
      const draws = drawFactor(factor('e', within('J', 10, [0.25, 6], about)), seed, 40_000).sort()
      expect(sortedQuantile(draws, 0.05) / 2.5).toBeCloseTo(1, 1)
      expect(sortedQuantile(draws, 0.5) / 10).toBeCloseTo(1, 1)
      expect(sortedQuantile(draws, 0.95) / 60).toBeCloseTo(1, 1)
    },
  )

  test('every shape is monotone in its uniform number and stays on its side of zero', () => {
    const shapes = ['lognormal', 'normal', 'triangular'] as const
    const u = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true })
    fc.assert(
      fc.property(fc.constantFrom(...shapes), u, u, (shape, a, b) => {
        const at = quantile(factor('x', known('J', { value: 3, low: 1, high: 9, ...about }), shape))
        expect(at(Math.min(a, b))).toBeLessThanOrEqual(at(Math.max(a, b)) + 1e-12)
        if (shape === 'lognormal') expect(at(a)).toBeGreaterThan(0)
      }),
    )
  })
})

describe('simulation', () => {
  test('the same seed gives the same draws, in any order of models', () => {
    const a = product('a', within('J', 1, [0.5, 2], about))
    const b = product('b', within('J', 1, [0.5, 2], about))
    const [first] = simulate([a, b], { seed: 5, draws: 100 })
    const [, second] = simulate([b, a], { seed: 5, draws: 100 })
    expect([...first!]).toEqual([...second!])
    expect([...simulate([a], { seed: 6, draws: 100 })[0]!]).not.toEqual([...first!])
  })

  test('one factor with two values is refused', () => {
    const at = (value: number): FactorModel => ({
      factors: [factor('grid:DEU', exact('gPerKwh', value, 'Ember'))],
      value: ([x = 0]) => x,
    })
    expect(() => simulate([at(342), at(380)], { seed: 1 })).toThrow(/grid:DEU.*342.*380/)
  })

  test('the product of two log-normals has the interval that theory gives', () => {
    const model = product('p', within('J', 1, [0.5, 2], about), within('J', 1, [0.5, 2], about))
    const [draws] = simulate([model], { seed: 1, draws: 40_000 })
    const spread = summarise('J', model, draws!, { how: 'product' })
    // independent: log-widths add in squares, so 2^sqrt(2)
    expect(spread.high).toBeCloseTo(2 ** Math.SQRT2, 1)
    expect(spread.low).toBeCloseTo(2 ** -Math.SQRT2, 1)
    expect(spread.value).toBe(1)
  })
})

describe('comparison', () => {
  const grid = factor('grid', within('gPerKwh', 400, [0.5, 2], about))
  const candidate = (name: string, energy: number): FactorModel => ({
    factors: [grid, factor(name, within('J', energy, [0.95, 1.05], about))],
    value: ([g = 0, e = 0]) => g * e,
  })

  test.each(seeds)(
    'what is shared cancels: 20 %% less is better although the absolutes overlap (seed %i)',
    (seed) => {
      const [a, b] = [candidate('a', 0.8), candidate('b', 1)]
      const draws = simulate([a, b], { seed })
      const [x, y] = [
        summarise('g', a, draws[0]!, { how: 'a' }),
        summarise('g', b, draws[1]!, { how: 'b' }),
      ]
      expect(x.high).toBeGreaterThan(y.low)
      const seen = compare(a, b, { seed })
      expect(seen.verdict).toBe('better')
      expect(seen.ratio!.low).toBeGreaterThan(1.1)
      expect(seen.ratio!.high).toBeLessThan(1.4)
    },
  )

  test('the same difference with factors of their own cannot be told', () => {
    const own = (name: string, energy: number): FactorModel => ({
      factors: [
        { ...grid, name: `grid of ${name}` },
        factor(name, within('J', energy, [0.95, 1.05], about)),
      ],
      value: ([g = 0, e = 0]) => g * e,
    })
    expect(compare(own('a', 0.8), own('b', 1), { seed: 1 }).verdict).toBe('cannot tell')
  })

  test('A against itself is a coin toss, and swapping the sides swaps the verdict', () => {
    const a = candidate('a', 1)
    expect(compare(a, a, { seed: 1 }).pLess).toBe(0.5)
    const forth = compare(candidate('a', 0.5), candidate('b', 1), { seed: 1 })
    const back = compare(candidate('b', 1), candidate('a', 0.5), { seed: 1 })
    expect([forth.verdict, back.verdict]).toEqual(['better', 'worse'])
    expect(forth.pLess + back.pLess).toBeCloseTo(1, 12)
  })

  test('better needs more than 0.95', () => {
    const x = new Float64Array(100).fill(1)
    const y = Float64Array.from(x, (_, i) => (i < 95 ? 2 : 0))
    expect(compareDraws(x, y)).toEqual({ pLess: 0.95, verdict: 'cannot tell' })
  })
})

describe('tornado', () => {
  test('names the widest factor first and leaves out what moves nothing', () => {
    const bars = tornado({
      factors: [
        factor('narrow', within('J', 1, [0.9, 1.1], about)),
        factor('fixed', exact('J', 1, 'x')),
        factor('wide', within('J', 1, [0.5, 3], about)),
      ],
      value: ([a = 0, b = 0, c = 0]) => a * b * c,
    })
    expect(bars.map(({ factor: name }) => name)).toEqual(['wide', 'narrow'])
    expect(bars[0]).toMatchObject({ atLow: 0.5, atHigh: 3, swing: 2.5 })
  })
})
