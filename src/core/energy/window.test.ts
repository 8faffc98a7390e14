import { expect, test } from 'vitest'
import { unknown } from '../unit/estimate.ts'
import { counterRule, judgedWindows, longerWindow, type MeteredWindow } from './window.ts'

test('a window too short for its counter is made longer: 10 of 50 steps in a second ask for six', () => {
  expect(longerWindow(10, 1, 1)).toBeCloseTo(6, 9)
  expect(longerWindow(45, 1, 1)).toBe(2)
})

test('a counter that did not move gets ten times as long, and is given up at the longest window', () => {
  expect(longerWindow(0, 1, 1)).toBe(10)
  expect(longerWindow(0, 10, 10)).toBe(counterRule.longestS)
  expect(longerWindow(0, counterRule.longestS, 30)).toBeNull()
})

test('50 steps are enough', () => {
  expect(longerWindow(50, 1, 1)).toBeNull()
})

test('the first round is not judged, unless there is no other', () => {
  const window = (round: number): MeteredWindow => ({
    ...{ workload: 'a', round, items: 1, batch: 1, wallS: 1, cpuS: 1, steal: null },
    energy: unknown('no meter'),
  })
  expect(judgedWindows([window(0), window(1)]).map(({ round }) => round)).toEqual([1])
  expect(judgedWindows([window(0)])).toHaveLength(1)
})
