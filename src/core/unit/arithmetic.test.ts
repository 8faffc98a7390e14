import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, convert, divide, multiply, scale, subtract, sum } from './arithmetic.ts'
import { infinite, type Known, unknown } from './estimate.ts'
import { exact, known, within } from './known.ts'

const about = { method: 'measured', how: 'meter', source: 'test' } as const
const span = (min: number, max: number) =>
  fc
    .tuple(
      fc.double({ min, max, noNaN: true }),
      fc.double({ min, max, noNaN: true }),
      fc.double({ min, max, noNaN: true }),
    )
    .map((three) => three.sort((a, b) => a - b))
    .map(([low, value, high]) => known('J', { value: value!, low: low!, high: high!, ...about }))
const any = span(-1e6, 1e6)
const positive = span(1e-3, 1e6)
const inside = (e: Known<'J'>, t: number) => Math.min(e.high, e.low + t * (e.high - e.low))
const unitInterval = fc.double({ min: 0, max: 1, noNaN: true })
const holds = (e: unknown, x: number) => {
  const { low, high } = e as Known<'J'>
  const slack = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high))
  return x >= low - slack && x <= high + slack
}

describe('interval arithmetic', () => {
  test('the result of every operation holds every pair of points of its operands', () => {
    fc.assert(
      fc.property(any, any, positive, unitInterval, unitInterval, (a, b, c, s, t) => {
        const [x, y, z] = [inside(a, s), inside(b, t), inside(c, t)]
        expect(holds(add(a, b), x + y)).toBe(true)
        expect(holds(subtract(a, b), x - y)).toBe(true)
        expect(holds(multiply(a, b, 'J'), x * y)).toBe(true)
        expect(holds(divide(a, c, 'J'), x / z)).toBe(true)
      }),
    )
  })

  test('low <= value <= high after every operation, whatever the signs', () => {
    fc.assert(
      fc.property(
        any,
        any,
        positive,
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        (a, b, c, k) => {
          for (const e of [
            add(a, b),
            subtract(a, b),
            multiply(a, b, 'J'),
            divide(a, c, 'J'),
            scale(a, k),
            convert(a, 'J', k),
          ]) {
            const { low, value, high } = e as Known<'J'>
            expect(low <= value && value <= high).toBe(true)
          }
        },
      ),
    )
  })

  test('sums, products and quotients are monotone: more in, more out; a larger divisor, less out', () => {
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 1, max: 10, noNaN: true }), (a, b, k) => {
        const more = scale(a, k) as Known<'J'>
        const larger = scale(b, k) as Known<'J'>
        const v = (e: unknown) => e as Known<'J'>
        for (const end of ['low', 'value', 'high'] as const) {
          expect(v(add(more, b))[end]).toBeGreaterThanOrEqual(v(add(a, b))[end])
          expect(v(multiply(more, b, 'J'))[end]).toBeGreaterThanOrEqual(v(multiply(a, b, 'J'))[end])
          expect(v(divide(more, b, 'J'))[end]).toBeGreaterThanOrEqual(v(divide(a, b, 'J'))[end])
          expect(v(divide(a, larger, 'J'))[end]).toBeLessThanOrEqual(v(divide(a, b, 'J'))[end])
        }
      }),
    )
  })

  test('a division is not reversed: the low end divides by the high end', () => {
    const quotient = divide(
      within('J', 10, [0.5, 2], about),
      within('J', 2, [0.5, 2], about),
      'ratio',
    )
    expect(quotient).toMatchObject({ value: 5, low: 5 / 4, high: 20 })
  })

  test('addition commutes and multiplication by one changes nothing', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const numbers = (e: unknown) => {
          const { low, value, high } = e as Known<'J'>
          return [low, value, high]
        }
        expect(numbers(add(a, b))).toEqual(numbers(add(b, a)))
        expect(numbers(multiply(a, exact('ratio', 1, 'one'), 'J'))).toEqual(numbers(a))
      }),
    )
  })
})

describe('what is not a number', () => {
  const e = exact('J', 3, 'test')
  test('unknown spreads through everything', () => {
    const no = unknown('no meter')
    for (const made of [
      add(e, no),
      subtract(no, e),
      multiply(e, no, 'J'),
      divide(no, e, 'J'),
      scale(no, 2),
    ])
      expect(made).toEqual(no)
  })
  test('dividing by nothing is infinite, in words, and never NaN', () => {
    expect(divide(e, exact('count', 0, 'no accepted answers'), 'gPerR').kind).toBe('infinite')
  })
  test('dividing by something that may be nothing is unknown', () => {
    const maybe = known('count', { value: 1, low: 0, high: 2, ...about })
    expect(divide(e, maybe, 'gPerR').kind).toBe('unknown')
  })
  test('infinity stays in sums and has no difference with itself', () => {
    const never = infinite('nothing accepted')
    expect(add(e, never)).toBe(never)
    expect(subtract(never, never).kind).toBe('unknown')
    expect(multiply(never, exact('ratio', 0, 'x'), 'J').kind).toBe('unknown')
  })
  test('a figure outside its own interval, NaN and infinity are refused', () => {
    expect(() => known('J', { value: 1, low: 2, high: 3, ...about })).toThrow(/outside its own/)
    expect(() => known('J', { value: Number.NaN, ...about })).toThrow(/not finite/)
    expect(() => known('J', { value: 1, high: Number.POSITIVE_INFINITY, ...about })).toThrow(
      /not finite/,
    )
    expect(() => known('J', { value: 1, low: 0, level: 0, ...about })).toThrow(/level/)
  })
})

describe('provenance', () => {
  test('the weakest method and the lowest level win, and the mix is said', () => {
    const measured = within('J', 1, [0.9, 1.1], { ...about, level: 0.95 })
    const modeled = within('J', 1, [0.5, 2], { method: 'modeled', how: 'curve', source: 'paper' })
    const both = sum(unknown('empty'), [measured, modeled])
    expect(both).toMatchObject({ method: 'modeled', level: 0.9, source: 'test; paper' })
    expect((both as Known<'J'>).how).toBe('meter [measured] + curve [modeled]')
  })
})
