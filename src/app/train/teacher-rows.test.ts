import { expect, test } from 'vitest'
import type { RuntimeSession } from '../../contract/runtime.ts'
import { teacherRows } from './teacher-rows.ts'

/** Says how long a text is, and fails on one. */
function session(asked: string[][]): RuntimeSession {
  return {
    identity: { model: 'x', revision: '1', precision: 'fp32', engine: 'x', floating: false },
    batchSize: 2,
    answer: async (batch) => {
      asked.push(batch.map(({ input }) => String(input)))
      return batch.map(({ input }) => {
        const long = String(input).length > 4
        if (input === 'fails')
          return { ok: false, code: 'X', message: 'no answer', retryable: false }
        const probabilities = { long: long ? 0.75 : 0.25, short: long ? 0.25 : 0.75 }
        return {
          ok: true,
          output: { kind: 'label', label: long ? 'long' : 'short', probabilities },
        }
      })
    },
    usage: () => Promise.reject(new Error('nobody asks')),
    close: async () => undefined,
  }
}

test('a teacher sees texts of like length together; the rows keep the order of the texts', async () => {
  const asked: string[][] = []
  const texts = ['a long text', 'tiny', 'fails', 'another long text', 'me']
  const { rows, labels, unanswered, soft } = await teacherRows(
    texts,
    session(asked),
    () => undefined,
  )
  expect(asked).toEqual([['me', 'tiny'], ['fails', 'a long text'], ['another long text']])
  expect(rows.map(({ text, label }) => [text, label])).toEqual([
    ['a long text', 'long'],
    ['tiny', 'short'],
    ['another long text', 'long'],
    ['me', 'short'],
  ])
  expect(rows[1]!.soft).toEqual([0.25, 0.75])
  expect({ labels, unanswered, soft }).toEqual({
    labels: ['long', 'short'],
    unanswered: 1,
    soft: true,
  })
})
