import { expect, test } from 'vitest'
import { closingOf, keptSeconds, timesOf } from './closing.ts'

const own = { binding: {}, meter: null, cpuS: () => 0, wallS: () => 0, machine: { threads: 1 } }
const closing = (itemCpuS: number, items: number) =>
  closingOf({
    bench: { itemCpuS, own } as never,
    holdout: { sealed: { items: Array.from({ length: items }, String) } } as never,
    sweep: null,
  })

test('what follows a search takes longer with slower models and more items', () => {
  const needed = (itemCpuS: number, items: number) => closing(itemCpuS, items).neededS
  // Two models answer the items; the windows are the same.
  expect(needed(1e-3, 3000) - needed(1e-3, 1000)).toBeCloseTo(2 * 2000 * 1e-3)
  expect(needed(1e-2, 1000)).toBeGreaterThan(needed(1e-3, 1000) + 2 * 1000 * 9e-3)
  // Of a model that takes no time the windows remain: 14 laps of both at 0.15 s at two batches, and six steps of 12 at 0.06 s.
  expect(needed(0, 1000)).toBeCloseTo(2 * 14 * 2 * 0.15)
  expect(closing(0, 1000).wayS).toBeCloseTo(6 * 12 * 2 * 0.06)
})

test('the search has what is left of the time, at least half, and it is told where that will not be enough', () => {
  const times = (seconds: number, neededS: number, slowdown = 1) => {
    const closing = { neededS, wayS: 9.5 }
    return [keptSeconds(seconds, closing, slowdown), timesOf(seconds, closing, slowdown)]
  }
  const what = 'the hold-out and the measurements at the end take'
  expect(times(300, 30)).toEqual([39.5, `${what} about 40 s of the 300 s`])
  // The costs of steps on the way may be left out.
  expect(times(70, 30)).toEqual([35, `${what} about 35 s of the 70 s`])
  expect(times(40, 25)).toEqual([
    20,
    `${what} about 25 s: expect about 45 s in all instead of the 40 s asked for (half of them are for the search)`,
  ])
  expect(times(300, 30, 2)[0]).toBe(79)
})
