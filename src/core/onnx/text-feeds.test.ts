import { expect, test } from 'vitest'
import { cutTokens, requireTextInputs, textFeeds, tokenFacts } from './text-feeds.ts'

const input = (
  name: string,
  dtype: 'int64' | 'int32' = 'int64',
  length: number | string = 'n',
) => ({
  ...{ name, dtype },
  dims: ['batch', length],
})

test('texts are padded to the longest, with mask and the type of the second text', () => {
  const feeds = textFeeds(
    ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids', 'other'].map((name) =>
      input(name, 'int32'),
    ),
    [{ ids: [5, 6, 7], firstLength: 2 }, { ids: [8] }],
    9,
  )
  expect(feeds).toEqual({
    input_ids: { dtype: 'int32', dims: [2, 3], data: Int32Array.of(5, 6, 7, 8, 9, 9) },
    attention_mask: { dtype: 'int32', dims: [2, 3], data: Int32Array.of(1, 1, 1, 1, 0, 0) },
    token_type_ids: { dtype: 'int32', dims: [2, 3], data: Int32Array.of(0, 0, 1, 0, 0, 0) },
    position_ids: { dtype: 'int32', dims: [2, 3], data: Int32Array.of(0, 1, 2, 0, 1, 2) },
  })
})

test('int64 is the default, and a fixed length is filled', () => {
  const { input_ids: ids } = textFeeds([input('input_ids', 'int64', 4)], [{ ids: [1, 2] }], 0)
  expect(ids).toEqual({ dtype: 'int64', dims: [1, 4], data: BigInt64Array.of(1n, 2n, 0n, 0n) })
})

test.each([
  ['[CLS] a [SEP]', (text: string) => [1, ...(text === '' ? [] : [7, 8]), 2], 1, [1, 7, 2]],
  ['a </s> <lang>', (text: string) => [...(text === '' ? [] : [7, 8, 9]), 3, 4], 2, [7, 3, 4]],
  ['no special tokens', (text: string) => (text === '' ? [] : [7, 8, 9, 6]), 0, [7, 8, 9]],
])('a cut keeps the special tokens behind a text: %s', (_, ids, trailing, cut) => {
  const facts = tokenFacts({ padId: 0, encode: (text) => ({ ids: ids(text) }) })
  expect(facts).toEqual({ padId: 0, trailing })
  expect(cutTokens(ids('a'), 3, facts)).toEqual(cut)
})

test('an input that no text fills is refused by name', () => {
  expect(() => requireTextInputs([input('input_ids'), input('bbox')])).toThrow('"bbox"')
})
