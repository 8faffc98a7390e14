import { expect, test } from 'vitest'
import { bucketByLength } from './batch.ts'
import { placeTokens, spansOf } from './spans.ts'

const placed = (text: string, tokens: readonly string[]): readonly (string | null)[] =>
  placeTokens(text, tokens).map((place) => place && text.slice(place.start, place.end))

test('lower-cased pieces without accents are found in the text as it was written', () => {
  const tokens = ['[CLS]', 'zurich', 'ist', 'scho', '##n', '!', '[SEP]']
  expect(placed('Zürich ist schön!', tokens)).toEqual([
    null,
    'Zürich',
    'ist',
    'schö',
    'n',
    '!',
    null,
  ])
})

test('pieces of byte-level and sentence-piece tokenizers lose their marks', () => {
  expect(placed('New York', ['<s>', 'ĠNew', 'ĠYork', '</s>'])).toEqual([null, 'New', 'York', null])
  expect(placed('New York', ['▁New', '▁Y', 'ork'])).toEqual(['New', 'Y', 'ork'])
})

test('a token that is not in the text has no place, and those after it are still found', () => {
  expect(placed('I saw 猫 there', ['i', 'saw', '[UNK]', 'there'])).toEqual([
    'I',
    'saw',
    null,
    'there',
  ])
})

test('emoji count as two UTF-16 units, as slices of the text do', () => {
  const [place] = placeTokens('👍 Anna', ['anna'])
  expect(place).toEqual({ start: 3, end: 7 })
})

test('later pieces of a word belong to the entity of its first piece, whatever their own class', () => {
  const text = 'Angela Merkel in Berlin'
  const tokens = ['angela', 'mer', '##kel', 'in', 'ber', '##lin']
  const classes = ['B-PER', 'I-PER', 'O', 'O', 'B-LOC', 'B-PER']
  expect(spansOf(text, tokens, classes)).toEqual([
    { type: 'PER', start: 0, end: 13, text: 'Angela Merkel' },
    { type: 'LOC', start: 17, end: 23, text: 'Berlin' },
  ])
})

test('B begins a new entity beside one of the same type; plain classes join', () => {
  const tokens = ['paris', 'london']
  expect(spansOf('Paris London', tokens, ['B-LOC', 'B-LOC'])).toHaveLength(2)
  expect(spansOf('Paris London', tokens, ['B-LOC', 'I-LOC'])).toHaveLength(1)
  expect(spansOf('Paris London', tokens, ['LOC', 'LOC'])).toHaveLength(1)
  expect(spansOf('Paris London', tokens, ['I-LOC', 'I-PER'])).toHaveLength(2)
})

test('buckets hold like lengths, all places once; equal ones never mix', () => {
  const lengths = [3, 9, 1, 9, 5, 3]
  const buckets = bucketByLength(lengths, 2)
  expect(buckets.map((places) => places.map((at) => lengths[at]))).toEqual([
    [9, 9],
    [5, 3],
    [3, 1],
  ])
  expect(buckets.flat().sort()).toEqual([0, 1, 2, 3, 4, 5])
  const equal = bucketByLength(lengths, 4, true).map((places) => places.map((at) => lengths[at]))
  expect(equal).toEqual([[9, 9], [5], [3, 3], [1]])
})
