import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgedBatches } from './batches.ts'

const texts = fc.array(fc.string({ maxLength: 30 }), { maxLength: 300 })

test('every item once, full batches but the last, in order of length within a part', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 5 }), (all, size) => {
      const items = all.map((input, at) => ({ input, at }))
      const batches = judgedBatches(items, size)
      expect(batches.flat().toSorted((a, b) => a.at - b.at)).toEqual(items)
      expect(batches.slice(0, -1).every((one) => one.length === size)).toBe(true)
      for (const [number, batch] of batches.entries()) {
        const part = Math.floor(number / 16)
        expect(batch.every(({ at }) => Math.floor(at / (16 * size)) === part)).toBe(true)
        const lengths = batch.map(({ input }) => input.length)
        expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
      }
    }),
  )
})

test('what is no text stays in its order', () => {
  const items = [{ input: { a: 'long' } }, { input: [1] }, { input: { b: 1 } }]
  expect(judgedBatches(items, 2)).toEqual([items.slice(0, 2), items.slice(2)])
})
