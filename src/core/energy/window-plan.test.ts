import { expect, test } from 'vitest'
import { defaultGoal, meanCv, nextWindow, type WindowSeen } from './window-plan.ts'

const seen = (amounts: readonly number[], step: number | null = 0.01): readonly WindowSeen[] =>
  amounts.map((amount) => ({ items: 10, wallS: 1, amount, step }))

test('the first window warms up: five more are wanted however steady they are', () => {
  const five = seen([9, 1, 1, 1, 1])
  expect(nextWindow(five, 1)).toMatchObject({ kind: 'more', why: 'too few windows' })
  expect(nextWindow([...five, ...seen([1])], 1)).toEqual({ kind: 'enough', cv: 0 })
})

test('windows go on until the mean is known well enough', () => {
  const wild = [5, 1, 2, 1, 2, 1]
  expect(nextWindow(seen(wild), 1)).toMatchObject({ kind: 'more', why: 'spread 17.5 %' })
  const more = [...wild, ...Array.from({ length: 40 }, (_, i) => 1.5 + 0.01 * (i % 2))]
  const goal = { ...defaultGoal, maxWindows: 100 }
  expect(nextWindow(seen(more), 1, goal)).toMatchObject({ kind: 'enough' })
})

test('a window too short for its counter is made longer, never taken as 0 J', () => {
  const next = nextWindow(seen([0.1]), 1)
  expect(next).toMatchObject({ kind: 'more', why: '10 steps of the counter' })
  expect((next as { windowS: number }).windowS).toBeCloseTo(6, 9)
  expect(nextWindow(seen([0]), 1)).toMatchObject({ kind: 'more', windowS: 10 })
})

test('a counter that never moves, or a spread that never shrinks, ends the trying with a reason', () => {
  expect(nextWindow(seen([0]), defaultGoal.maxWindowS)).toMatchObject({ kind: 'stop' })
  const wild = Array.from({ length: defaultGoal.maxWindows }, (_, i) => (i % 2 ? 1 : 9))
  expect(nextWindow(seen(wild), 1)).toMatchObject({ kind: 'stop' })
})

test('the spread of a mean: 1, 2, 3 per 10 items have a mean of 0.2 and a standard error of 0.0577', () => {
  expect(meanCv(seen([1, 2, 3]))).toBeCloseTo(0.1 / Math.sqrt(3) / 0.2, 12)
  expect(meanCv(seen([1]))).toBeNull()
})
