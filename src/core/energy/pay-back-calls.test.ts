import { expect, test } from 'vitest'
import { exact, known } from '../unit/known.ts'
import { payBackCalls } from './pay-back-calls.ts'

const about = { method: 'measured', how: 'test', source: 'test' } as const
const ratio = (value: number, low: number, high: number) =>
  known('ratio', { value, low, high, ...about })
const spent = exact('s', 90, 'test')
const before = exact('sPerItem', 0.02, 'test')

test('90 s against 0.02 s a call and a tenth of it: 90 / 0.018 = 5,000 calls, with the ends of the ratio', () => {
  expect(payBackCalls(spent, before, ratio(10, 5, 20))).toMatchObject({
    value: expect.closeTo(5000, 9),
    low: expect.closeTo(90 / 0.019, 9),
    high: expect.closeTo(90 / 0.016, 9),
    method: 'measured',
    how: 'CPU seconds spent / CPU seconds saved per call',
  })
})

test('modelled joules of the search make it modelled, and their ends widen it', () => {
  const joules = known('J', { ...about, value: 90, low: 45, high: 180, method: 'modeled' })
  const each = exact('JPerItem', 0.02, 'test')
  expect(payBackCalls(joules, each, ratio(10, 10, 10))).toMatchObject({
    ...{ method: 'modeled', value: expect.closeTo(5000, 9) },
    ...{ low: expect.closeTo(2500, 9), high: expect.closeTo(10_000, 9) },
  })
})

test('what saves nothing never pays back; what may save nothing is not known to', () => {
  expect(payBackCalls(spent, before, ratio(0.9, 0.8, 1.1)).kind).toBe('infinite')
  expect(payBackCalls(spent, before, ratio(1.1, 0.9, 1.3))).toEqual({
    kind: 'unknown',
    why: 'whether the choice saves anything cannot be told',
  })
  const why = { kind: 'unknown', why: 'no meter' } as const
  expect(payBackCalls(spent, why, ratio(2, 2, 2))).toEqual(why)
})
