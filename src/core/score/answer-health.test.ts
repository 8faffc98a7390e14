import { expect, test } from 'vitest'
import { healthText, isUnreadable, unreadText } from '../result/answer-health-text.ts'
import { answerHealth, type HeardAnswer } from './answer-health.ts'
import { labelMapping } from './label-mapping.ts'
import { labelReader } from './label-reader.ts'
import { isRefusal } from './refusal.ts'

const read = labelReader(['refund', 'login', 'unfortunately'])
const heard = (raw: string, more: Partial<HeardAnswer> = {}): HeardAnswer => ({
  ...{ item: 'x', raw, failed: false, reading: read(raw), finish: undefined, wrongKind: false },
  ...more,
})

test('each answer is counted once, by what kept it from being read', () => {
  const health = answerHealth([
    heard('refund'),
    heard('Refund.'),
    heard('**login**'),
    heard('something'),
    heard('refund or login'),
    heard(''),
    heard('The customer wants', { finish: 'length' }),
    heard("I'm sorry, I can't classify this."),
    heard('ENDPOINT_DOWN: no', { failed: true, reading: null }),
    heard('refund', { finish: 'length' }),
  ])
  expect(health).toMatchObject({
    closed: true,
    answers: 10,
    unread: { none: 1, ambiguous: 1, empty: 1, cut: 1, refused: 1, failed: 1 },
    unreadShare: 0.6,
    wrapped: 2,
    rules: { case: 1, punctuation: 2 },
  })
  expect(isUnreadable(health)).toBe(true)
  expect(unreadText(health)).toContain('6 of 10 answers cannot be read (1 none of the labels,')
})

test('at most a fifth unread is judged, more is not; of free answers the scorer is the judge', () => {
  const answers = (unread: number) =>
    Array.from({ length: 100 }, (_, at) => heard(at < unread ? 'x' : 'refund'))
  expect(isUnreadable(answerHealth(answers(20)))).toBe(false)
  expect(isUnreadable(answerHealth(answers(21)))).toBe(true)
  const free = answers(100).map((one) => ({ ...one, reading: null }))
  expect(isUnreadable(answerHealth(free))).toBe(false)
  expect(isUnreadable(answerHealth([]))).toBe(false)
})

test('three raw examples of each kind are kept, and the fix is that of the commonest kind', () => {
  const answers = [...'abcdef'].map((letter) => heard(letter)).concat(heard(''))
  const health = answerHealth(answers, (kind) => `mend ${kind}`)
  expect(health.examples.map(({ raw }) => raw)).toEqual(['a', 'b', 'c', ''])
  expect(health.fix).toBe('mend none')
  expect(healthText('small', health)).toEqual([
    'small: 7 of 7 answers cannot be read (6 none of the labels, 1 empty; for example "a"). mend none',
  ])
  expect(healthText('small', answerHealth([heard('refund')]))).toEqual([])
})

test('a refusal is one at the beginning, and a label is none', () => {
  for (const text of ['I cannot help.', 'Es tut mir leid, aber', 'Lo siento', '抱歉，我'])
    expect(isRefusal(text), text).toBe(true)
  for (const text of ['The customer is sorry', 'refund', 'no puede entrar'])
    expect(isRefusal(text), text).toBe(false)
  expect(answerHealth([heard('Unfortunately')]).unread).toEqual({})
})

test('what classes mean is offered only where every class is clearly one label of its own', () => {
  const rows = (pairs: readonly (readonly [string, string, number])[]) =>
    pairs.flatMap(([answered, expected, count]) =>
      Array.from({ length: count }, () => ({ answered, expected })),
    )
  const clear = rows([
    ['LABEL_0', 'login', 9],
    ['LABEL_0', 'refund', 1],
    ['LABEL_1', 'refund', 8],
  ])
  expect(labelMapping(clear, ['LABEL_0', 'LABEL_1'])).toEqual(['login', 'refund'])
  expect(labelMapping(clear, ['LABEL_0', 'LABEL_1', 'LABEL_2'])).toBeNull()
  const both = rows([
    ['LABEL_0', 'login', 9],
    ['LABEL_1', 'login', 9],
  ])
  expect(labelMapping(both, ['LABEL_0', 'LABEL_1'])).toBeNull()
  const mixed = rows([
    ['LABEL_0', 'login', 5],
    ['LABEL_0', 'refund', 5],
    ['LABEL_1', 'refund', 8],
  ])
  expect(labelMapping(mixed, ['LABEL_0', 'LABEL_1'])).toBeNull()
  const few = rows([
    ['LABEL_0', 'login', 4],
    ['LABEL_1', 'refund', 8],
  ])
  expect(labelMapping(few, ['LABEL_0', 'LABEL_1'])).toBeNull()
})
