import { expect, test } from 'vitest'
import type { Output } from '../data/answer.ts'
import type { Item } from '../data/item.ts'
import { scorerPart } from '../part/scorer-name.ts'
import { contains } from './contains.ts'
import { exact } from './exact.ts'
import { given } from './given.ts'
import { regex } from './regex.ts'
import type { Score, Scorer } from './scorer.ts'
import { pureScorers } from './table.ts'

const item = (expected: unknown): Item => ({
  id: '1',
  input: 'x',
  expected,
  slices: {},
  cluster: null,
  row: {},
  digest: '',
})
const text = (said: string): Output => ({ kind: 'text', text: said })
const score = (scorer: Scorer, said: string | Output, expected: unknown) =>
  scorer.score(typeof said === 'string' ? text(said) : said, item(expected)) as Score

test.each([
  ['refund', 'refund', 1],
  [' refund\n', 'refund', 1],
  ['two  words', 'two words', 1],
  ['Refund', 'refund', 0],
  ['refund.', 'refund', 0],
  ['7', 7, 1],
  ['true', true, 1],
  ['b', ['a', 'b'], 1],
])('exact forgives space alone: %j for %j gives %d', (said, expected, wanted) => {
  expect(score(exact({}), said, expected).score).toBe(wanted)
})

test('over a closed set exact reads an answer as people write it, unless it is strict', () => {
  const over = (options: Record<string, unknown>) => {
    const scorer = exact(options)
    return scorer.overLabels?.(['refund', 'login']) ?? scorer
  }
  expect(score(over({}), '**Refund**', 'refund')).toMatchObject({
    score: 1,
    read: 'refund',
    reading: { kind: 'label', rules: ['case', 'punctuation'] },
  })
  expect(score(over({}), 'Label: login', 'refund')).toMatchObject({ score: 0, read: 'login' })
  expect(score(over({}), 'refund or login', 'refund')).toMatchObject({
    score: 0,
    reading: { kind: 'ambiguous' },
  })
  expect(score(over({ strict: true }), 'Refund', 'refund')).toMatchObject({
    score: 0,
    reading: { kind: 'none' },
  })
  const caseless = over({ strict: true, ignoreCase: true })
  expect(score(caseless, 'Refund', 'login')).toMatchObject({ score: 0, read: 'refund' })
})

test('a metric over the whole set reads the same way', () => {
  const scorer = pureScorers['macro-f1']({}).overLabels?.(['refund', 'login'])
  expect(scorer?.whole?.name).toBe('macro-f1')
  expect(score(scorer as Scorer, 'Refund.', 'refund')).toMatchObject({ score: 1, read: 'refund' })
})

test('exact forgives case and punctuation when asked', () => {
  const scorer = exact({ ignoreCase: true, ignorePunctuation: true })
  expect(score(scorer, 'Refund!', 'refund')).toEqual({ score: 1, read: 'refund' })
})

test('exact treats one text in two Unicode forms as the same', () => {
  expect(score(exact({}), 'e\u0301t\u00e9', '\u00e9te\u0301').score).toBe(1)
})

test('exact reads labels and JSON, and calls a vector no text', () => {
  expect(score(exact({}), { kind: 'label', label: 'a' }, 'a').score).toBe(1)
  expect(score(exact({}), { kind: 'json', value: { a: 1 } }, '{"a":1}').score).toBe(1)
  expect(score(exact({}), { kind: 'vector', vector: [1] }, 'a')).toMatchObject({
    score: 0,
    reason: 'a vector is not text',
  })
})

test('a label that is no text is the fault of the data, by name', () => {
  expect(() => score(exact({}), 'a', null)).toThrow(/item 1/)
})

test('contains looks for any reference, or for all', () => {
  expect(score(contains({}), 'Bonjour le monde', 'monde').score).toBe(1)
  expect(score(contains({}), 'BONJOUR', 'bonjour').score).toBe(0)
  expect(score(contains({ ignoreCase: true }), 'BONJOUR', 'bonjour').score).toBe(1)
  expect(score(contains({}), 'a b', ['b', 'c']).score).toBe(1)
  expect(score(contains({ all: true }), 'a b', ['b', 'c']).score).toBe(0)
  expect(score(contains({ values: 'z' }), 'a b', ['a']).score).toBe(0)
})

test('regex matches its pattern, and with a group compares the group with the label', () => {
  expect(score(regex({ pattern: '^\\d{4}$' }), '2024', 'x').score).toBe(1)
  const answer = regex({ pattern: 'Answer: (\\w+)', group: 1 })
  expect(score(answer, 'Hm. Answer: yes', 'yes')).toEqual({ score: 1, read: 'yes' })
  expect(score(answer, 'Hm. Answer: no', 'yes').score).toBe(0)
  expect(score(answer, 'no idea', 'yes')).toEqual({
    score: 0,
    reason: 'the pattern does not match',
  })
})

test('regex without a pattern takes each label for one', () => {
  expect(score(regex({}), 'colour', 'colou?r').score).toBe(1)
  expect(() => score(regex({}), 'a', '(')).toThrow(/not a regular expression/)
})

test('given takes the score of the import and refuses what is none', () => {
  const json = (value: unknown): Output => ({ kind: 'json', value })
  expect(score(given({}), json({ score: 0.25, output: 'so' }), 'x')).toEqual({
    score: 0.25,
    read: 'so',
  })
  expect(() => score(given({}), json({ score: null }), 'x')).toThrow(/no score in 0..1/)
  expect(() => score(given({}), json({ score: 7 }), 'x')).toThrow(/no score in 0..1/)
})

test('an unknown option is refused with the nearest one, a wrong type with the right one', () => {
  expect(() => exact({ ignorecase: true })).toThrow(/no option `ignorecase`/)
  expect(() => exact({ ignoreCase: 'yes' })).toThrow(/must be true or false/)
})

test('every pure scorer is made with its defaults, bears its name, and is what its row says', () => {
  for (const [name, make] of Object.entries(pureScorers)) {
    const scorer = make({})
    const { wholeSet, headline } = scorerPart(name)
    expect(scorer.name).toBe(name)
    expect(wholeSet, name).toBe(scorer.whole !== undefined || scorer.ratio !== undefined)
    const called = wholeSet ? name : scorer.graded ? `mean ${name}` : 'accuracy'
    expect(headline, name).toBe(called.replace('given', 'score'))
  }
})
