import { expect, test } from 'vitest'
import { joules, pue, share } from './quantity.ts'

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
