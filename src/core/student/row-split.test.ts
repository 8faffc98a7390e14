import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldSplits, stratifiedFolds, stratifiedSplit } from './row-split.ts'

const someClasses = fc
  .array(fc.nat(4), { minLength: 1, maxLength: 60 })
  .map((classes) => Int32Array.from(classes))

describe('splits', () => {
  test('part the rows, and leave every class a row to learn from', () => {
    fc.assert(
      fc.property(
        someClasses,
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        (classes, share) => {
          const { learn, judge } = stratifiedSplit(classes, share, 7)
          expect([...learn, ...judge].sort((a, b) => a - b)).toEqual([...classes.keys()])
          const learned = new Set([...learn].map((row) => classes[row]))
          expect(learned).toEqual(new Set(classes))
        },
      ),
    )
  })

  test('hold out the same share of every class', () => {
    const classes = Int32Array.from({ length: 100 }, (_, i) => (i < 80 ? 0 : 1))
    const { judge } = stratifiedSplit(classes, 0.25, 1)
    expect(judge.filter((row) => row < 80)).toHaveLength(20)
    expect(judge.filter((row) => row >= 80)).toHaveLength(5)
  })

  test('are the same for the same seed only', () => {
    const classes = new Int32Array(50)
    expect(stratifiedSplit(classes, 0.5, 3)).toEqual(stratifiedSplit(classes, 0.5, 3))
    expect(stratifiedSplit(classes, 0.5, 3)).not.toEqual(stratifiedSplit(classes, 0.5, 4))
  })

  test('into folds judge every row once, classes spread evenly', () => {
    fc.assert(
      fc.property(someClasses, fc.integer({ min: 2, max: 5 }), (classes, k) => {
        const judged = foldSplits(classes, k, 1).flatMap(({ judge }) => [...judge])
        expect(judged.sort((a, b) => a - b)).toEqual([...classes.keys()])
        const folds = stratifiedFolds(classes, k, 1)
        for (const label of new Set(classes)) {
          const sizes = Array.from(
            { length: k },
            (_, fold) => [...folds].filter((f, i) => f === fold && classes[i] === label).length,
          )
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})
