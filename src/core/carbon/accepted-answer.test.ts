import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answering, firstRight } from '../../../test/fixtures/answering.ts'
import type { Fallback } from '../result/fallback.ts'
import type { Estimate, Known } from '../unit/estimate.ts'
import { acceptRatio } from './accept-ratio.ts'
import { compareSci } from './compare-sci.ts'
import { type Answering, escalationOf } from './fallback.ts'
import { costRatio, savingOf } from './saving.ts'
import { sciOf, sciWithFallback } from './sci.ts'

const v = (e: unknown) => (e as Known<'gPerR'>).value
const validator = { by: 'validator', catches: 1, falseAlarms: 0 } as const

/** The saving of a against b in joules, as headline and table state it. */
function saving(a: Answering, b: Answering): Estimate<'ratio'> {
  const side = ({ usage }: Answering) => ({
    perAnswer: usage.energy,
    acceptRate: usage.acceptRate,
  })
  return savingOf(
    'energy',
    { candidate: side(a), incumbent: side(b) },
    {
      costs: costRatio(a.usage.energy, b.usage.energy, null),
      rates: acceptRatio(a.accepted, b.accepted),
    },
  ).ratio
}

const perAccepted = ({ usage }: Answering) => sciOf(usage, { draws: 50 }).perAccepted

const compared = (a: Answering, b: Answering) =>
  compareSci(a.usage, b.usage, acceptRatio(a.accepted, b.accepted), { draws: 50 })

function withFallback(own: Answering, to: Fallback['to'], others: readonly Answering[] = []) {
  const all = new Map([own, ...others].map((one) => [one.usage.candidate, one]))
  return sciWithFallback(own.usage, escalationOf(own, { to, detector: validator }, all), {
    draws: 50,
  })
}

describe('worked examples', () => {
  const large = answering('large', 10, firstRight(95, 100))

  test('always wrong: no finite score, whoever answers again is paid', () => {
    const wrong = answering('wrong', 0.01, firstRight(0, 100))
    expect(perAccepted(wrong).kind).toBe('infinite')
    expect(v(saving(wrong, large))).toBe(0)
    expect(compared(wrong, large)).toMatchObject({ kind: 'unknown' })
    expect(withFallback(wrong, 'person').sci.kind).toBe('infinite')
    // large resolves 95 of the 100 that it is asked: (0.01 + 10) / 0.95
    expect(v(withFallback(wrong, { model: 'large' }, [large]).sci)).toBeCloseTo(10.01 / 0.95, 12)
  })

  test('the incumbent is always wrong: its score is infinite, and so is the saving', () => {
    const hopeless = answering('hopeless', 10, firstRight(0, 100))
    const small = answering('small', 1, firstRight(50, 100))
    expect(perAccepted(hopeless).kind).toBe('infinite')
    expect(v(perAccepted(small))).toBeCloseTo(2, 12)
    expect(saving(small, hopeless).kind).toBe('infinite')
  })

  test('worse and cheaper, so that the net effect is a loss: 0.8 against 1 g, 60 against 95 % accepted', () => {
    const worse = answering('worse', 8, firstRight(60, 100))
    expect(v(perAccepted(worse))).toBeCloseTo(8 / 0.6, 12)
    expect(v(perAccepted(large))).toBeCloseTo(10 / 0.95, 12)
    expect(v(saving(worse, large))).toBeCloseTo((10 / 8) * (60 / 95), 12)
    expect(v(saving(worse, large))).toBeLessThan(1)
  })

  test('no incumbent: the score stands alone', () => {
    expect(v(perAccepted(answering('alone', 1, firstRight(80, 100))))).toBeCloseTo(1.25, 12)
  })

  test('retry: 10 items at 50 % and 10 always right, two draws each: half of what is asked again ends right', () => {
    const items = [...Array.from({ length: 10 }, () => 0.5), ...firstRight(10, 10)]
    const chancy = answering('chancy', 1, items, 2)
    const { asked, right, sci } = withFallback(chancy, 'retry')
    expect(v(asked)).toBeCloseTo(0.25, 12)
    // p (1 - p) x 2 / 1 = 0.5 of each half-right item, at most what is asked: 0.25 of all
    expect(v(right)).toBeCloseTo(1, 12)
    expect(v(sci)).toBeCloseTo(1.25, 12)
  })

  test('retry with one draw per item: paid for, and nothing is promised', () => {
    const once = answering('once', 1, firstRight(80, 100))
    const { right, sci } = withFallback(once, 'retry')
    expect(v(right)).toBeCloseTo(0.8, 12)
    expect(v(sci)).toBeCloseTo(1.2 / 0.8, 12)
    expect((sci as Known<'gPerR'>).low).toBeLessThan(1.3)
  })

  test('person: outside the boundary, so neither carbon nor tasks are counted, and the cases are stated', () => {
    const small = answering('small', 1, firstRight(80, 100))
    const { asked, right, sci } = withFallback(small, 'person')
    expect([v(asked), v(right), v(sci)]).toEqual([expect.closeTo(0.2), 0.8, 1.25])
  })

  test('cascade: 80 % kept, large resolves 15 of the 20 that it is asked', () => {
    const small = answering('small', 1, firstRight(80, 100))
    const other = answering('large', 10, [...firstRight(80, 80), ...firstRight(15, 20)])
    const { asked, right, sci } = withFallback(small, { model: 'large' }, [other])
    expect([v(asked), v(right)]).toEqual([expect.closeTo(0.2), expect.closeTo(0.95)])
    expect(v(sci)).toBeCloseTo((1 + 0.2 * 10) / 0.95, 12)
    // The same policy for the large one: it pays for its 5 wrong answers again and resolves none of them.
    const itself = withFallback(other, { model: 'large' }, [small])
    expect(v(itself.sci)).toBeCloseTo((10 + 0.05 * 10) / 0.95, 12)
  })

  test('a detector that misses and that rejects right answers', () => {
    const small = answering('small', 1, firstRight(80, 100))
    const other = answering('large', 10, firstRight(100, 100))
    const detector = { by: 'certificate', catches: 0.5, falseAlarms: 0.25 } as const
    const all = new Map([small, other].map((one) => [one.usage.candidate, one]))
    const escalation = escalationOf(small, { to: { model: 'large' }, detector }, all)
    const { asked, right, sci } = sciWithFallback(small.usage, escalation, { draws: 50 })
    expect([v(asked), v(right)]).toEqual([expect.closeTo(0.3), expect.closeTo(0.9)])
    expect(v(sci)).toBeCloseTo((1 + 0.3 * 10) / 0.9, 12)
  })

  test('R = 0 and an unknown accept rate have no number', () => {
    expect(perAccepted(answering('none', 1, firstRight(0, 10))).kind).toBe('infinite')
    const unjudged = answering('unjudged', 1, null)
    expect(perAccepted(unjudged).kind).toBe('unknown')
    expect(saving(unjudged, large).kind).toBe('unknown')
    expect(withFallback(unjudged, 'person').sci.kind).toBe('unknown')
  })
})

describe('what always holds', () => {
  const items = fc.array(fc.constantFrom(0, 1), { minLength: 5, maxLength: 60 })
  const some = items.filter((list) => list.includes(1))
  const cost = fc.double({ min: 0.01, max: 100, noNaN: true })
  const fallbacks = [{ model: 'b' }, 'retry', 'person'] as const

  test('twins score equal, with a fallback and without, and save nothing', () => {
    fc.assert(
      fc.property(some, cost, (list, grams) => {
        const [a, b] = ['a', 'b'].map((id) => answering(id, grams, list)) as [Answering, Answering]
        expect(v(perAccepted(a))).toBe(v(perAccepted(b)))
        expect(v(saving(a, b))).toBe(1)
        for (const to of fallbacks)
          expect(v(withFallback(a, to, [b]).sci)).toBe(v(withFallback(b, to, [a]).sci))
      }),
      { numRuns: 50 },
    )
  })

  test('identical answers at 1/k of the cost save exactly k times, in joules and in carbon', () => {
    fc.assert(
      fc.property(some, cost, fc.double({ min: 1, max: 50, noNaN: true }), (list, grams, k) => {
        const [a, b] = [answering('a', grams / k, list), answering('b', grams, list)]
        expect(v(saving(a, b)) / k).toBeCloseTo(1, 9)
        expect(v(perAccepted(b)) / v(perAccepted(a)) / k).toBeCloseTo(1, 9)
        const seen = compared(a, b)
        expect('ratio' in seen && v(seen.ratio) / k).toBeCloseTo(1, 9)
      }),
      { numRuns: 50 },
    )
  })

  test('nothing accepted is never finite', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), cost, (n, grams) => {
        const wrong = answering('wrong', grams, firstRight(0, n))
        expect(perAccepted(wrong).kind).toBe('infinite')
        for (const to of ['retry', 'person'] as const)
          expect(withFallback(wrong, to).sci.kind).toBe('infinite')
      }),
      { numRuns: 30 },
    )
  })

  test('better and cheaper never saves less than its cost ratio', () => {
    fc.assert(
      fc.property(some, cost, fc.double({ min: 1, max: 50, noNaN: true }), (list, grams, k) => {
        const better = list.map((one, i) => (i % 2 === 0 ? 1 : one))
        const [a, b] = [answering('a', grams / k, better), answering('b', grams, list)]
        expect(v(saving(a, b))).toBeGreaterThanOrEqual(k * (1 - 1e-12))
      }),
      { numRuns: 50 },
    )
  })

  test('the order of candidates is the same whoever is called incumbent', () => {
    const three = fc.array(fc.tuple(some, cost), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(three, (rows) => {
        const n = Math.min(...rows.map(([list]) => list.length))
        const all = rows.map(([list, grams], i) =>
          answering(`m${i}`, grams, [1, ...list.slice(1, n)]),
        )
        const orders = all.map((incumbent) => {
          const saved = all.map((one) => v(saving(one, incumbent)))
          return all.map((_, i) => i).toSorted((x, y) => saved[y]! - saved[x]! || x - y)
        })
        const score = all.map((one) => v(perAccepted(one)))
        const byScore = all.map((_, i) => i).toSorted((x, y) => score[x]! - score[y]! || x - y)
        for (const order of orders)
          for (let at = 0; at < 3; at++)
            expect(score[order[at]!]! / score[byScore[at]!]!).toBeCloseTo(1, 9)
      }),
      { numRuns: 50 },
    )
  })
})
