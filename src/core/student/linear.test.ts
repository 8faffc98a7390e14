import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyLinear, trainLinear } from '../../../test/fixtures/students.ts'
import type { LabelledText } from './example.ts'
import { linearTraining, quantiseRows } from './linear.ts'
import { decodeLinear, encodeLinear } from './student-forms.ts'

const openings = ['please', 'hello,', 'i want to', 'can you', 'how do i', 'hi there']
const ends = ['today', 'now', 'for me', 'thanks', 'asap', '']
const topics = {
  card: ['order a new card', 'replace my card', 'get a card', 'my card is lost'],
  transfer: ['send money', 'transfer money abroad', 'make a transfer', 'move money'],
  top_up: ['top up my account', 'add funds', 'top up by cheque', 'fund the account'],
}

/** Invented support messages: 3 labels x 6 openings x 4 phrases x 6 ends. */
const rows: LabelledText[] = Object.entries(topics).flatMap(([label, phrases]) =>
  phrases.flatMap((phrase) =>
    openings.flatMap((opening) =>
      ends.map((end) => ({ text: `${opening} ${phrase} ${end}`, label })),
    ),
  ),
)
const quick = { epochs: 3, costs: [3, 10] }

describe('trainLinear', () => {
  const { model, report } = trainLinear(rows, quick)

  test('learns a task that words decide', () => {
    expect(report.chosen.accuracy).toBeGreaterThan(0.97)
    expect(classifyLinear(model, 'I lost my card!').label).toBe('card')
    expect(classifyLinear(model, 'TRANSFERS of money?').label).toBe('transfer')
  })

  test('gives probabilities that sum to 1, in the order of the labels', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { probabilities, index, label } = classifyLinear(model, text)
        expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9)
        expect(probabilities[index]).toBe(Math.max(...probabilities))
        expect(model.labels[index]).toBe(label)
      }),
    )
  })

  test('is the same model, bit for bit, for the same rows and seed', () => {
    expect(encodeLinear(trainLinear(rows, quick).model)).toEqual(encodeLinear(model))
    expect(encodeLinear(trainLinear(rows, { ...quick, seed: 2 }).model)).not.toEqual(
      encodeLinear(model),
    )
  })

  test('answers a text without known n-grams from the label frequencies, and says so', () => {
    for (const text of ['', '   ', '数据']) {
      const { known, probabilities } = classifyLinear(model, text)
      expect(known).toBe(0)
      expect(Math.max(...probabilities)).toBeLessThan(0.6)
    }
  })

  test('trains with empty texts among the rows', () => {
    const some = [...rows, { text: '', label: 'card' }, { text: '  ', label: 'top_up' }]
    const { model: taught } = trainLinear(some, quick)
    expect(classifyLinear(taught, 'I lost my card!').label).toBe('card')
  })

  test('loses no more than a rounding by int8', () => {
    const exact = trainLinear(rows, { ...quick, precision: 'float32' }).model
    for (const { text } of rows) {
      const a = classifyLinear(model, text).probabilities
      const b = classifyLinear(exact, text).probabilities
      a.forEach((p, k) => {
        expect(Math.abs(p - b[k]!)).toBeLessThan(0.02)
      })
    }
  })

  test('stays under the size it was given', () => {
    const small = trainLinear(rows, { ...quick, limitBytes: 4000 }).model
    expect(small.hashes.length).toBeGreaterThan(0)
    expect(small.hashes.length * (small.labels.length + 12)).toBeLessThanOrEqual(4000)
  })

  test('tries balanced weights where classes differ in size', () => {
    const uneven = rows.filter((row, i) => row.label !== 'card' || i % 6 === 0)
    const { report } = trainLinear(uneven, { ...quick, metric: 'macroF1' })
    expect(new Set(report.trials.map((trial) => trial.classWeights))).toEqual(
      new Set(['none', 'balanced']),
    )
  })

  test('learns from a teacher that is never sure, and is no surer itself', () => {
    const labels = ['card', 'top_up', 'transfer']
    const soft = rows.map((row) => ({
      ...row,
      soft: labels.map((l) => (l === row.label ? 0.6 : 0.2)),
    }))
    const taught = trainLinear(soft, { ...quick, labels }).model
    const answers = soft.map(({ text }) => classifyLinear(taught, text))
    expect(answers.filter(({ label }, i) => label === soft[i]!.label).length).toBeGreaterThan(
      0.97 * rows.length,
    )
  })

  test('yields after every pass, so that a caller can stop it', () => {
    const training = linearTraining(rows, quick)
    const { value, done } = training.next()
    expect(done).toBe(false)
    expect(value).toMatchObject({ phase: 'select', step: 1, steps: 9 })
  })

  test.each([
    ['no rows', [], 'STUDENT_NO_ROWS'],
    ['one class', rows.filter((row) => row.label === 'card'), 'STUDENT_ONE_CLASS'],
    [
      'a label that is not among the given',
      [...rows, { text: 'x', label: 'new' }],
      'STUDENT_INPUT',
    ],
    [
      'teacher probabilities of another length',
      [{ ...rows[0]!, soft: [1] }, ...rows],
      'STUDENT_INPUT',
    ],
  ])('refuses %s', (_, bad, code) => {
    const labels = code === 'STUDENT_INPUT' ? { labels: ['card', 'top_up', 'transfer'] } : {}
    expect(() => trainLinear(bad, labels)).toThrow(expect.objectContaining({ code }))
  })

  test('works with one row of each class, choosing blindly', () => {
    const few = ['card', 'transfer', 'top_up'].map(
      (label) => rows.find((row) => row.label === label)!,
    )
    const { model, report } = trainLinear(few, quick)
    expect(report.heldOut).toBe(0)
    for (const { text, label } of few) expect(classifyLinear(model, text).label).toBe(label)
  })
})

describe('the file of the linear student', () => {
  const { model } = trainLinear(rows, quick)
  const bytes = encodeLinear(model)

  test('comes back as it was', () => {
    expect(decodeLinear(bytes)).toEqual(model)
  })

  test('refuses every broken file with STUDENT_FILE and nothing else', () => {
    const cut = fc.nat(bytes.length - 1).map((n) => bytes.slice(0, n))
    const flip = fc.tuple(fc.nat(600), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
      const copy = bytes.slice()
      copy[at] = copy[at]! ^ mask
      return copy
    })
    let refused = 0
    fc.assert(
      fc.property(fc.oneof(cut, flip, fc.uint8Array()), (broken) => {
        try {
          decodeLinear(broken)
        } catch (error) {
          refused++
          expect(error).toMatchObject({ code: 'STUDENT_FILE' })
        }
      }),
      { numRuns: 300 },
    )
    expect(refused).toBeGreaterThan(100)
  })
})

describe('quantiseRows', () => {
  test('moves no weight by more than half a step', () => {
    const row = fc.array(fc.float({ min: -50, max: 50, noNaN: true }), {
      minLength: 4,
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (values) => {
        const { weights, scales } = quantiseRows(Float32Array.from(values.flat()), 4)
        values.flat().forEach((value, i) => {
          const scale = scales[Math.floor(i / 4)]!
          expect(Math.abs(weights[i]! * scale - value)).toBeLessThanOrEqual(scale * 0.5001 + 1e-30)
        })
      }),
    )
  })
})
