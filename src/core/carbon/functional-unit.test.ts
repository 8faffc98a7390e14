import { describe, expect, test } from 'vitest'
import type { Known } from '../unit/estimate.ts'
import { exact, known, within } from '../unit/known.ts'
import { perFiner, perResolved } from './functional-unit.ts'

const about = { method: 'measured', how: 'test', source: 'test' } as const
const own = within('JPerItem', 1, [0.9, 1.1], about)
const large = within('JPerItem', 10, [0.9, 1.1], about)
const rate = known('share', { value: 0.8, low: 0.75, high: 0.85, ...about })

describe('functional units', () => {
  test('a resolved task is the own answer plus the fallback for what was not accepted', () => {
    const made = perResolved(own, rate, large) as Known<'JPerItem'>
    expect(made.value).toBeCloseTo(1 + 0.2 * 10, 12)
    expect(made.low).toBeCloseTo(0.9 + 0.15 * 9, 12)
    expect(made.high).toBeCloseTo(1.1 + 0.25 * 11, 12)
  })
  test('a person outside the boundary is charged nothing', () => {
    expect(perResolved(own, rate, null)).toBe(own)
  })
  test('everything accepted needs no fallback', () => {
    expect((perResolved(own, exact('share', 1, 't'), large) as Known<'JPerItem'>).value).toBe(1)
  })
  test('finer units divide, and none of a unit is infinite', () => {
    const score = within('gPerR', 8, [0.5, 2], about)
    expect((perFiner(score, 4) as Known<'gPerR'>).value).toBe(2)
    expect(perFiner(score, 0).kind).toBe('infinite')
  })
})
