import { expect, test } from 'vitest'
import { closingSeconds, keptSeconds, timesOf } from './closing.ts'

const own = { binding: {}, meter: null, cpuS: () => 0, wallS: () => 0, machine: { threads: 1 } }
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
  // Of a model that takes no time the windows remain: 14 laps of both at 0.15 s at two batches.
  expect(closing(0, 1000)).toBeCloseTo(2 * 14 * 2 * 0.15)
})

test('the search has what is left of the time, at least half, and it is told where that will not be enough', () => {
  const what = 'the hold-out and the measurements at the end take'
  expect(keptSeconds(300, 39.5)).toBe(39.5)
  expect(timesOf(300, 39.5)).toBe(`${what} about 40 s of the 300 s`)
  expect(keptSeconds(40, 25)).toBe(20)
  expect(timesOf(40, 25)).toBe(
    `${what} about 25 s: expect about 45 s in all instead of the 40 s asked for (half of them are for the search)`,
  )
})
