import { describe, expect, test } from 'vitest'
import { type Known, unknown } from '../unit/estimate.ts'
import { exact, known, within } from '../unit/known.ts'
import { acceptedRatio, perAccepted, perFiner } from './functional-unit.ts'

const about = { method: 'measured', how: 'test', source: 'test' } as const
const rate = (value: number, low = value, high = value) =>
  known('share', { value, low, high, ...about })
const ratio = (value: number, low = value, high = value) =>
  known('ratio', { value, low, high, ...about })

describe('functional units', () => {
  test('an accepted answer costs an answer over the accept rate, with both intervals', () => {
    const own = within('JPerItem', 1, [0.9, 1.1], about)
    const made = perAccepted(own, rate(0.8, 0.75, 0.85)) as Known<'JPerItem'>
    expect(made.value).toBeCloseTo(1 / 0.8, 12)
    expect([made.low, made.high]).toEqual([0.9 / 0.85, 1.1 / 0.75])
  })
  test('nothing accepted is infinite, in words; an unknown rate is unknown', () => {
    const own = within('JPerItem', 1, [0.9, 1.1], about)
    expect(perAccepted(own, exact('share', 0, 'counted'))).toMatchObject({ kind: 'infinite' })
    expect(perAccepted(own, unknown('not judged'))).toMatchObject({ kind: 'unknown' })
  })
  test('a saving is cost ratio times accept ratio; log widths add as squares', () => {
    const made = acceptedRatio(ratio(4, 2, 8), ratio(0.5, 0.25, 1)) as Known<'ratio'>
    expect(made.value).toBe(2)
    expect(Math.log(made.high / 2)).toBeCloseTo(Math.SQRT2 * Math.log(2), 12)
    expect(made.low * made.high).toBeCloseTo(4, 12)
    expect(acceptedRatio(ratio(4), exact('ratio', 0, 'nothing'))).toMatchObject({ value: 0 })
  })
  test('finer units divide, and none of a unit is infinite', () => {
    const score = within('gPerR', 8, [0.5, 2], about)
    expect((perFiner(score, 4) as Known<'gPerR'>).value).toBe(2)
    expect(perFiner(score, 0).kind).toBe('infinite')
  })
})
