import { expect, test } from 'vitest'
import { riskOfLook, shareOfLook } from './look-alpha.ts'

test('all looks together spend the error once, the first most of it, and none has nothing', () => {
  const looks = Array.from({ length: 1000 }, (_, at) => shareOfLook(at + 1))
  expect(looks.slice(0, 3)).toEqual([0.9, expect.closeTo(0.05, 12), expect.closeTo(0.1 / 6, 12)])
  expect(looks.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(1)
  expect(Math.min(...looks)).toBeGreaterThan(0)
})

test('both words keep to the schedule', () => {
  const risk = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 } as const
  const second = riskOfLook(risk, shareOfLook(2))
  expect(second.alpha).toBeCloseTo(0.0025, 12)
  expect(1 - second.supportedAt).toBeCloseTo(0.01, 12)
  expect(second.beta).toBe(0.05)
})
