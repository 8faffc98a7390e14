import { describe, expect, test } from 'vitest'
import { trainHead } from '../../../test/fixtures/students.ts'
import { fillNormal, seededRandom } from '../random/random.ts'
import { classifyHead, decodeHead, encodeHead } from './student-forms.ts'

/** Points around one centre per class; columns of very different scale. */
function clouds(n: number, classes: number, spread: number, seed: number) {
  const width = 6
  const source = seededRandom(seed)
  const centres = new Float32Array(classes * width)
  fillNormal(source, centres, 1)
  const data = new Float32Array(n * width)
  fillNormal(source, data, spread)
  const rows = Array.from({ length: n }, (_, i) => ({ label: `class ${i % classes}` }))
  for (let at = 0; at < data.length; at++) {
    const [row, column] = [Math.floor(at / width), at % width]
    const scale = 10 ** (column - 3)
    data[at] = (data[at]! + centres[(row % classes) * width + column]!) * scale + column
  }
  return { embeddings: { data, width }, rows }
}

/** Label = whether the two numbers have the same sign: no line parts them. */
function crosses(n: number) {
  const source = seededRandom(5)
  const data = Float32Array.from({ length: 2 * n }, () => 2 * source.next() - 1)
  const rows = Array.from({ length: n }, (_, i) => ({
    label: data[2 * i]! * data[2 * i + 1]! > 0 ? 'same' : 'other',
  }))
  return { embeddings: { data, width: 2 }, rows }
}

const rowOf = ({ data, width }: { data: Float32Array; width: number }, i: number) =>
  data.subarray(i * width, (i + 1) * width)

describe('trainHead', () => {
  const { embeddings, rows } = clouds(120, 4, 0.4, 1)
  const { model, report } = trainHead(embeddings, rows)

  test('parts clouds by five folds, whatever the scale of the columns', () => {
    expect(report.heldOut).toBe(120)
    expect(report.chosen.accuracy).toBeGreaterThan(0.9)
    const right = rows.filter(
      (row, i) => classifyHead(model, rowOf(embeddings, i)).label === row.label,
    )
    expect(right.length).toBeGreaterThan(110)
  })

  test('is the same model, bit for bit, for the same input and seed', () => {
    expect(encodeHead(trainHead(embeddings, rows).model)).toEqual(encodeHead(model))
  })

  test('comes back from its file as it was', () => {
    expect(decodeHead(encodeHead(model))).toEqual(model)
    expect(() => decodeHead(encodeHead(model).slice(0, -4))).toThrow(
      expect.objectContaining({ code: 'STUDENT_FILE' }),
    )
  })

  test('needs a hidden layer for what no line parts', () => {
    const task = crosses(400)
    const linear = trainHead(task.embeddings, task.rows).report.chosen.accuracy
    const deep = trainHead(task.embeddings, task.rows, { hidden: 16, folds: 2 })
    expect(linear).toBeLessThan(0.65)
    expect(deep.report.chosen.accuracy).toBeGreaterThan(0.9)
    expect(deep.model.layers).toHaveLength(2)
    expect(decodeHead(encodeHead(deep.model))).toEqual(deep.model)
  })

  test('refuses embeddings that do not fit the rows or are no numbers', () => {
    const refused = expect.objectContaining({ code: 'STUDENT_INPUT' })
    expect(() => trainHead(embeddings, rows.slice(1))).toThrow(refused)
    expect(() => trainHead({ ...embeddings, width: 7 }, rows)).toThrow(refused)
    const data = embeddings.data.slice()
    data[13] = Number.NaN
    expect(() => trainHead({ data, width: 6 }, rows)).toThrow(/row 2 holds NaN/)
    expect(() => classifyHead(model, [1, 2])).toThrow(refused)
  })

  test('stands a column that never changes', () => {
    const data = embeddings.data.map((value, at) => (at % 6 === 4 ? 3 : value))
    const { model } = trainHead({ data, width: 6 }, rows)
    const { probabilities } = classifyHead(model, data.subarray(0, 6))
    expect(probabilities.every(Number.isFinite)).toBe(true)
  })

  test('gives no weight to a column that only rounding moves, however that helps its own rows', () => {
    for (const tiny of [(row: number) => row * 1e-34, (row: number) => 5 + (row % 2) * 5e-7]) {
      const data = embeddings.data.map((value, at) =>
        at % 6 === 4 ? tiny(Math.floor(at / 6)) : value,
      )
      const { model } = trainHead({ data, width: 6 }, rows)
      const largest = model.layers[0]!.weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0)
      const row = model.layers[0]!.weights.subarray(4 * 4, 5 * 4)
      expect(largest).toBeGreaterThan(1)
      expect(row.every((weight) => Math.abs(weight) < 1e-3 * largest)).toBe(true)
    }
  })
})
