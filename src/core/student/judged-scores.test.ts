import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accuracyOf, fitTemperature, joinJudged, logLossOf, macroF1Of } from './judged-scores.ts'

const judged = (scores: number[][], truth: number[]) => ({
  scores: Float32Array.from(scores.flat()),
  classes: scores[0]?.length ?? 0,
  truth: Int32Array.from(truth),
})

describe('judging scores', () => {
  const three = judged(
    [
      [2, 0],
      [0, 1],
      [3, 1],
    ],
    [0, 1, 1],
  )

  test('accuracy counts highest scores', () => {
    expect(accuracyOf(three)).toBeCloseTo(2 / 3, 12)
    expect(accuracyOf(judged([], []))).toBe(0)
  })

  test('macro F1 is the mean over classes', () => {
    // Class 0: tp 1, fp 1, fn 0: 2/3. Class 1: tp 1, fp 0, fn 1: 2/3.
    expect(macroF1Of(three)).toBeCloseTo(2 / 3, 12)
  })

  test('log loss is the mean of -ln p', () => {
    const p = [Math.exp(2) / (Math.exp(2) + 1), Math.E / (Math.E + 1), 1 / (Math.exp(2) + 1)]
    const expected = -p.reduce((sum, value) => sum + Math.log(value), 0) / 3
    expect(logLossOf(three)).toBeCloseTo(expected, 6)
  })

  test('several sets join into one', () => {
    expect(accuracyOf(joinJudged([three, three]))).toBeCloseTo(accuracyOf(three), 12)
    expect(joinJudged([three, three]).truth).toHaveLength(6)
  })
})

describe('fitTemperature', () => {
  test('never makes the log loss worse', () => {
    const row = fc.tuple(
      fc.float({ min: -9, max: 9, noNaN: true }),
      fc.float({ min: -9, max: 9, noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(row, fc.nat(1)), { minLength: 1, maxLength: 30 }), (rows) => {
        const all = judged(
          rows.map(([scores]) => [...scores]),
          rows.map(([, k]) => k),
        )
        expect(logLossOf(all, fitTemperature(all))).toBeLessThanOrEqual(logLossOf(all) + 1e-6)
      }),
    )
  })

  test('finds the temperature at which confidence is what was right', () => {
    // Always a margin of 4, right 3 times of 4: p = 0.75 wants a margin of ln 3.
    const all = judged(
      [
        [4, 0],
        [4, 0],
        [4, 0],
        [4, 0],
      ],
      [0, 0, 0, 1],
    )
    expect(fitTemperature(all)).toBeCloseTo(4 / Math.log(3), 3)
  })

  test('is 1 where nothing was judged', () => {
    expect(fitTemperature(judged([], []))).toBe(1)
  })
})
