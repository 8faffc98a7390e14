import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Known } from '../unit/estimate.ts'
import { unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { addDays, daysBetween } from './calendar.ts'
import { answerCost, energyPrice, rentPerAnswer } from './money.ts'
import { worthFindingOut } from './pay-back.ts'

const v = (e: unknown) => (e as Known<'money'>).value

describe('cost', () => {
  test('electricity at 0.30 per kWh and PUE 1.2: one kWh of work costs 0.36', () => {
    const kwh = exact('JPerItem', 3.6e6, 'test')
    expect(v(energyPrice(kwh, exact('ratio', 1.2, 'test'), 0.3, 'moneyPerItem'))).toBeCloseTo(
      0.36,
      12,
    )
    expect(energyPrice(kwh, exact('ratio', 1.2, 'test'), null, 'moneyPerItem').kind).toBe('unknown')
  })

  test('rent carries its idle hours', () => {
    expect(v(rentPerAnswer(2, 1.5, 7200))).toBeCloseTo(0.01, 12)
    expect(rentPerAnswer(2, 1.5, 0).kind).toBe('unknown')
  })

  test('what is not known is left out by name, and a second currency is refused', () => {
    const parts = [
      { name: 'tokens', amount: exact('moneyPerItem', 0.001, 't'), currency: 'EUR' },
      { name: 'electricity', amount: unknown('no price per kWh') },
    ]
    expect(answerCost('EUR', '2026-01-15', parts)).toMatchObject({
      total: { value: 0.001 },
      leftOut: ['electricity: no price per kWh'],
      date: '2026-01-15',
    })
    expect(() => answerCost('USD', '2026-01-15', parts)).toThrow(
      expect.objectContaining({ code: 'CURRENCY_MIXED' }),
    )
  })
})

describe('finding out', () => {
  const base = {
    savingPerAnswer: 1,
    volumePerMonth: 100,
    horizonMonths: 12,
    chance: 0.1,
    cost: 100,
  }
  test('stops when it costs more than it can save', () => {
    expect(worthFindingOut(base)).toBe(true)
    expect(worthFindingOut({ ...base, cost: 121 })).toBe(false)
    expect(worthFindingOut({ ...base, savingPerAnswer: -1, cost: 0.001 })).toBe(false)
  })
})

describe('dates', () => {
  test.each([
    ['2026-01-15', 17, '2026-02-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['1900-02-28', 1, '1900-03-01'],
    ['2000-12-31', 366, '2002-01-01'],
    ['2026-06-01T12:00:00Z', 0.2, '2026-06-02'],
  ])('%s and %d days is %s', (from, days, to) => {
    expect(addDays(from, days)).toBe(to)
  })

  test('adding days and counting them are inverse, over three centuries', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50_000 }),
        fc.integer({ min: 0, max: 50_000 }),
        (a, b) => {
          const start = addDays('1900-01-01', a)
          expect(daysBetween(start, addDays(start, b))).toBe(b)
          expect(addDays(start, b)).toBe(addDays('1900-01-01', a + b))
        },
      ),
    )
  })
})
