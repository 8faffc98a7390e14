import { expect, test } from 'vitest'
import { joules, kilowattHours, pue, share, toJoules, toKilowattHours } from './quantity.ts'

test('a kilowatt-hour is 3.6 MJ, both ways', () => {
  expect(toJoules(kilowattHours(1))).toBe(3.6e6)
  expect(toKilowattHours(joules(3.6e6))).toBe(1)
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('energy of %d J is refused', (value) => {
  expect(() => joules(value)).toThrow(/energy in J/)
})

test('a share is in 0..1 and a PUE in 1..4', () => {
  expect(share(1)).toBe(1)
  expect(() => share(1.2)).toThrow(/0\.\.1/)
  expect(pue(1.2)).toBe(1.2)
  expect(() => pue(0.9)).toThrow(/PUE/)
  expect(() => pue(12)).toThrow(/PUE/)
})
