import fc from 'fast-check'
import { expect, test } from 'vitest'
import { counterDelta, integratePower } from './counter.ts'

test('a counter that went round once counted what lies on both sides of its end', () => {
  expect(counterDelta(100, 250, 1000)).toBe(150)
  expect(counterDelta(900, 50, 1000)).toBe(150)
  expect(counterDelta(5, 5, 1000)).toBe(0)
  expect(counterDelta(5, 8, null)).toBe(3)
  expect(counterDelta(8, 5, null)).toBeNull()
})

test('readings more often than a turn give back the true energy, wherever the counter stood', () => {
  const range = 262_143.32885
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: range, noNaN: true, maxExcluded: true }),
      fc.array(fc.double({ min: 0, max: range * 0.99, noNaN: true }), { maxLength: 50 }),
      (start, steps) => {
        const totals = [start]
        for (const step of steps) totals.push((totals.at(-1) ?? 0) + step)
        const readings = totals.map((total) => total % range)
        const truth = (totals.at(-1) ?? 0) - start
        const counted = readings
          .slice(1)
          .reduce((sum, now, at) => sum + (counterDelta(readings[at] ?? 0, now, range) ?? 0), 0)
        expect(counted).toBeCloseTo(truth, 3)
      },
    ),
  )
})

test('power between two samples goes by their mean; one sample says nothing', () => {
  expect(integratePower([{ watts: 100, atS: 0 }])).toBeNull()
  const ramp = [
    { watts: 0, atS: 0 },
    { watts: 100, atS: 2 },
    { watts: 100, atS: 3 },
  ]
  expect(integratePower(ramp)).toBe(200)
})
