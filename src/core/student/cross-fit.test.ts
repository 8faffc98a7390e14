import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crossFolds } from './cross-fit.ts'
import type { LabelledText } from './example.ts'

const someRows = fc.array(
  fc.record({
    text: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    label: fc.constantFrom('x', 'y'),
  }),
  { minLength: 4, maxLength: 30 },
)
const twoLabels = (rows: readonly LabelledText[]) =>
  new Set(rows.map((row) => row.label)).size === 2

describe('crossFolds', () => {
  test('rows of equal text share a fold', () => {
    fc.assert(
      fc.property(someRows.filter(twoLabels), fc.integer({ min: 2, max: 4 }), (rows, k) => {
        const folds = crossFolds(rows, k)
        for (const [i, { text }] of rows.entries())
          for (const [j, other] of rows.entries())
            if (text === other.text) expect(folds[i]).toBe(folds[j])
        expect([...folds].every((fold) => fold >= 0 && fold < k)).toBe(true)
      }),
    )
  })

  test('so do rows of one group, and what a text or a group joins', () => {
    const grouped = fc.array(
      fc.record({
        text: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
        label: fc.constantFrom('x', 'y'),
        group: fc.constantFrom('1', '2', '3', '4', '5', null),
      }),
      { minLength: 6, maxLength: 30 },
    )
    fc.assert(
      fc.property(grouped.filter(twoLabels), (rows) => {
        let folds: Int32Array
        try {
          folds = crossFolds(rows, 3)
        } catch (error) {
          // All of them are joined.
          expect(error).toMatchObject({ code: 'STUDENT_INPUT' })
          return
        }
        for (const [i, one] of rows.entries())
          for (const [j, other] of rows.entries())
            if (one.text === other.text || (one.group !== null && one.group === other.group))
              expect(folds[i]).toBe(folds[j])
      }),
    )
    const rows = Array.from({ length: 40 }, (_, i) => ({
      ...{ text: `text ${i}`, label: i % 2 ? 'x' : 'y', group: `${i % 8}` },
    }))
    expect(new Set(crossFolds(rows, 4)).size).toBe(4)
  })

  test('every class is dealt evenly', () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      text: `text ${i}`,
      label: i % 2 ? 'x' : 'y',
    }))
    const folds = crossFolds(rows, 5)
    for (const label of ['x', 'y'])
      for (let fold = 0; fold < 5; fold++)
        expect(rows.filter((row, i) => row.label === label && folds[i] === fold)).toHaveLength(2)
  })

  test.each([1, 2.5, 100])('refuses %d folds of 4 rows', (k) => {
    const rows = ['x', 'y', 'x', 'y'].map((label, i) => ({ text: `${i}`, label }))
    expect(() => crossFolds(rows, k)).toThrow(expect.objectContaining({ code: 'STUDENT_INPUT' }))
  })
})
