import { expect, test } from 'vitest'
import { swappedFiles } from './swapped-files.ts'

const files = (...given: readonly (readonly [name: string, file: string, model?: string])[]) =>
  swappedFiles(given.map(([name, file, model = null]) => ({ name, file, path: file, model }))).map(
    ({ path, what }) => `${what} ${path}`,
  )

test('files that name each other, and a model that the file states, are named', () => {
  expect(files(['incumbent', 'small.csv'], ['small', 'incumbent.csv'])).toEqual([
    'file name incumbent=small.csv',
    'file name small=incumbent.csv',
  ])
  expect(files(['a', 'b.csv'], ['b', 'a.csv'])).toHaveLength(2)
  expect(files(['incumbent', 'preds-small-v2.jsonl'], ['small', 'other.jsonl'])).toEqual([
    'file name incumbent=preds-small-v2.jsonl',
  ])
  expect(files(['gpt-4o', 'gpt-4o-mini.csv'], ['gpt-4o-mini', 'gpt-4o.csv'])).toHaveLength(2)
  expect(files(['large', 'x.csv', 'acme/small'], ['small', 'y.csv', 'acme/large'])).toEqual([
    'model name large=x.csv: acme/small',
    'model name small=y.csv: acme/large',
  ])
})

test('one file for two candidates is named', () => {
  expect(files(['large', 'a.csv'], ['little', 'a.csv'])).toEqual(['file little=a.csv'])
})

test.each([
  [
    ['incumbent', 'large.csv'],
    ['small', 'small.csv'],
  ],
  [
    ['large', 'large.csv'],
    ['small', 'small.csv'],
  ],
  [
    ['gpt-4o', 'gpt-4o.csv'],
    ['gpt-4o-mini', 'gpt-4o-mini.csv'],
  ],
  [
    ['incumbent', 'gpt-4o.csv'],
    ['gpt-4o', 'gpt-4o-new-prompt.csv'],
  ],
  [
    ['incumbent', 'incumbent-vs-small.csv'],
    ['small', 'small-vs-incumbent.csv'],
  ],
  [
    ['a', 'part-b.csv'],
    ['b', 'part.csv'],
  ],
  [
    ['small', 'smallest.csv'],
    ['est', 'x.csv'],
  ],
  [
    ['large', 'run1.csv', 'gpt-4o-2024-08-06'],
    ['small', 'run2.csv', 'gpt-4o-mini-2024-07-18'],
  ],
  [
    ['gpt-4o', 'r.csv', 'gpt-4o-2024'],
    ['gpt-4o-mini', 's.csv', 'openai/gpt-4o-mini'],
  ],
  [
    ['zh', '标签.csv'],
    ['ar', '😀.csv'],
  ],
] as const)('%o and %o are no alarm', (...given) => {
  expect(files(...given)).toEqual([])
})
