import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyStatic, trainStatic } from '../../../test/fixtures/students.ts'
import { trainWordPiece } from '../text/train-wordpiece.ts'
import type { LabelledText } from './example.ts'
import { decodeStatic, encodeStatic } from './student-forms.ts'

const words = {
  fruit: ['apple', 'pear', 'plum', 'cherry', 'grape'],
  tool: ['hammer', 'saw', 'pliers', 'wrench', 'drill'],
}

/** Invented lists: three words of one kind in every order. */
const rows: LabelledText[] = Object.entries(words).flatMap(([label, names]) =>
  names.flatMap((a) =>
    names.flatMap((b) => names.map((c) => ({ text: `the ${a}, ${b} and ${c}`, label }))),
  ),
)
const tokenizer = trainWordPiece(
  rows.map((row) => row.text),
  { vocabSize: 200 },
)
const quick = { tokenizer, width: 8, epochs: 4 }

describe('trainStatic', () => {
  const { model, report } = trainStatic(rows, quick)

  test('learns a task that words decide', () => {
    expect(report.chosen.accuracy).toBeGreaterThan(0.98)
    expect(classifyStatic(model, 'A PLUM!').label).toBe('fruit')
    expect(classifyStatic(model, 'saw or drill').label).toBe('tool')
  })

  test('cannot see the order of words', () => {
    const [a, b] = ['apple saw', 'saw apple'].map(
      (text) => classifyStatic(model, text).probabilities,
    )
    a!.forEach((p, k) => {
      expect(p).toBeCloseTo(b![k]!, 12)
    })
  })

  test('is the same model, bit for bit, for the same rows and seed', () => {
    expect(encodeStatic(trainStatic(rows, quick).model)).toEqual(encodeStatic(model))
  })

  test('answers a text without known tokens from the bias, and says so', () => {
    for (const text of ['', '数据', '[PAD]']) {
      const { known, probabilities } = classifyStatic(model, text)
      expect(known).toBe(0)
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9)
    }
  })

  test('starts from the vectors of a teacher, and can leave them as they are', () => {
    const size = Object.keys(tokenizer.model.vocab).length
    const data = Float32Array.from({ length: size * 3 }, (_, at) => Math.sin(at))
    const taught = trainStatic(rows, {
      ...quick,
      vectors: { data, width: 3 },
      learnVectors: false,
      precision: 'float32',
    })
    expect(taught.model.embeddings).toEqual(data)
    expect(taught.report.width).toBe(3)
  })

  test('learns the same from vectors of any size: they are brought to the size that the steps are made for', () => {
    const size = Object.keys(tokenizer.model.vocab).length
    const data = Float32Array.from({ length: size * 3 }, (_, at) => Math.sin(at))
    const taught = [1, 2 ** -10].map((factor) =>
      trainStatic(rows, {
        ...quick,
        vectors: { data: data.map((value) => value * factor), width: 3 },
      }),
    )
    expect(taught[0]!.report.trials.map(({ accuracy }) => accuracy)).toEqual(
      taught[1]!.report.trials.map(({ accuracy }) => accuracy),
    )
  })

  test('refuses vectors for another tokenizer, and one class', () => {
    const vectors = { data: new Float32Array(30), width: 3 }
    expect(() => trainStatic(rows, { ...quick, vectors })).toThrow(/10 token vectors/)
    const fruit = rows.filter((row) => row.label === 'fruit')
    expect(() => trainStatic(fruit, quick)).toThrow(
      expect.objectContaining({ code: 'STUDENT_ONE_CLASS' }),
    )
  })

  test("comes back from its file with the same answers, also from a Buffer, as Node's readFile gives it", () => {
    const back = decodeStatic(Buffer.from(encodeStatic(model)))
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(...rows.map((row) => row.text))),
        (text) => {
          expect(classifyStatic(back, text)).toEqual(classifyStatic(model, text))
        },
      ),
    )
  })

  test('refuses every broken file with STUDENT_FILE and nothing else', () => {
    const bytes = encodeStatic(model)
    const flip = fc.tuple(fc.nat(3000), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
      const copy = bytes.slice()
      copy[at] = copy[at]! ^ mask
      return copy
    })
    const cut = fc.nat(bytes.length - 1).map((n) => bytes.slice(0, n))
    let refused = 0
    fc.assert(
      fc.property(fc.oneof(cut, flip), (broken) => {
        try {
          decodeStatic(broken)
        } catch (error) {
          refused++
          expect(error).toMatchObject({ code: 'STUDENT_FILE' })
        }
      }),
      { numRuns: 200 },
    )
    expect(refused).toBeGreaterThan(50)
  })
})
