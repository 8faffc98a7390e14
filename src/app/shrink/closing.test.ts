import { expect, test } from 'vitest'
import { closingSeconds, keptSeconds, timesOf } from './closing.ts'

const own = { binding: {}, meter: null, cpuS: () => 0, wallS: () => 0, machineThreads: 1 }
const closing = (itemCpuS: number, items: number) =>
  closingSeconds({
    bench: { itemCpuS, own } as never,
    holdout: { sealed: { items: Array.from({ length: items }, String) } } as never,
    sweep: null,
  })

test('what follows a search takes longer with slower models and more items', () => {
  // Two models answer the items; the windows are the same.
  expect(closing(1e-3, 3000) - closing(1e-3, 1000)).toBeCloseTo(2 * 2000 * 1e-3)
  expect(closing(1e-2, 1000)).toBeGreaterThan(closing(1e-3, 1000) + 2 * 1000 * 9e-3)
  // Of a model that takes no time the windows remain: 14 laps of both at 0.15 s at two batches, and six steps of 12 at 0.06 s.
  expect(closing(0, 1000)).toBeCloseTo(2 * 14 * 2 * 0.15 + 6 * 12 * 2 * 0.06)
})

test('the search has what is left of the time, at least half, and it is told where that will not be enough', () => {
  expect(keptSeconds(300, 40)).toBe(40)
  expect(keptSeconds(40, 35)).toBe(20)
  expect(timesOf(300, 39.5)).toBe(
    'the hold-out and the measurements at the end take about 40 s of the 300 s',
  )
  expect(timesOf(40, 35)).toBe(
    'the hold-out and the measurements at the end take about 35 s: expect about 55 s in all instead of the 40 s asked for (half of them are for the search)',
  )
})
