import { expect, test } from 'vitest'
import { alphaOfLook } from './look-alpha.ts'

test('all looks at the same items together spend alpha, the first most of it', () => {
  const looks = Array.from({ length: 40 }, (_, at) => alphaOfLook(0.05, at + 1))
  expect(looks[0]).toBeCloseTo(0.04, 12)
  expect(looks.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(0.05 + 1e-12)
})
