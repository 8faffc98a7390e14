import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crossFit } from './cross-fit.ts'
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

describe('crossFit', () => {
  test('asks about a row only models that saw neither it nor its twin', () => {
    fc.assert(
      fc.property(someRows.filter(twoLabels), fc.integer({ min: 2, max: 4 }), (rows, k) => {
        const { answers } = crossFit(rows, k, (learn) => (row) => ({
          leaked: learn.some((other) => other.text === row.text),
        }))
        expect(answers).toHaveLength(rows.length)
        for (const answer of answers.filter(Boolean)) expect(answer.leaked).toBe(false)
      }),
    )
  })

  test('gives every row exactly one answer', () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      text: `text ${i}`,
      label: i % 2 ? 'x' : 'y',
    }))
    const { answers, folds } = crossFit(rows, 5, (_, fold) => () => fold)
    expect(answers).toEqual([...folds])
    for (let fold = 0; fold < 5; fold++) expect(answers.filter((a) => a === fold)).toHaveLength(4)
  })

  test('names the rows whose label the other folds do not hold', () => {
    const rows = [
      { text: 'rare', label: 'z' },
      ...Array.from({ length: 8 }, (_, i) => ({ text: `t${i}`, label: i % 2 ? 'x' : 'y' })),
    ]
    expect(crossFit(rows, 3, () => () => 0).unseen).toEqual([0])
  })

  test.each([1, 2.5, 100])('refuses %d folds of 4 rows', (k) => {
    const rows = ['x', 'y', 'x', 'y'].map((label, i) => ({ text: `${i}`, label }))
    expect(() => crossFit(rows, k, () => () => 0)).toThrow(
      expect.objectContaining({ code: 'STUDENT_INPUT' }),
    )
  })
})
