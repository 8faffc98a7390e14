import fc from 'fast-check'
import { expect, test } from 'vitest'
import { figures, siPrefix, withPrefix } from './si-prefix.ts'

test.each([
  [4.157e-11, 'Wh', '41.57 pWh'],
  [3.438e-5, 'Wh', '34.38 µWh'],
  [750, 'Wh', '750 Wh'],
  [1.215e6, 'g', '1.215 Mg'],
  [0, 'g', '0 g'],
  [-2e-9, 'g', '-2 ng'],
  [3e-15, 'g', '0.003 pg'],
])('%d %s reads %s', (value, unit, text) => {
  expect(withPrefix(value, unit)).toBe(text)
})

test('a prefix can be shared, so that two ends of an interval compare', () => {
  const like = siPrefix(2.577e-8)
  expect([1.546e-8, 3.519e-7].map((v) => withPrefix(v, 'g', like))).toEqual([
    '15.46 ng',
    '351.9 ng',
  ])
})

test('an exponent appears only below a thousandth and from ten million on', () => {
  expect(
    ['0.000001059', '4.157e-8', '0.00123', '126144000', '1215000'].map((t) => figures(Number(t))),
  ).toEqual(['1.059e-6', '4.157e-8', '0.00123', '1.261e+8', '1215000'])
})

test('reading it back gives four significant figures', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 1e11, noNaN: true }), (value) => {
      const { factor, prefix } = siPrefix(value)
      const [number = '', unit] = withPrefix(value, 'g').split(' ')
      expect(unit).toBe(`${prefix}g`)
      expect(Math.abs((Number(number) * factor) / value - 1)).toBeLessThan(6e-4)
    }),
  )
})
