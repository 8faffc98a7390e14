import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { RightsizeError } from '../error/error.ts'
import type { DatasetSpec } from '../spec/spec.ts'
import { buildDataset, checkProducible } from './dataset.ts'
import type { Row } from './json-rows.ts'

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const spec: DatasetSpec = { test: 'test.csv', train: 'train.csv', input: 'text', expected: 'label' }
const build = (
  test_: readonly Row[],
  more: {
    train?: readonly Row[]
    calibration?: readonly Row[]
    spec?: Partial<DatasetSpec>
    strict?: boolean
  } = {},
) => {
  const { spec: over, strict = false, ...parts } = more
  return buildDataset(
    { test: test_, ...parts },
    { spec: { ...spec, ...over }, strictSplits: strict, digest },
  )
}
const row = (text: string, label: string, more: Row = {}): Row => ({ text, label, ...more })
const failure = (run: () => unknown): RightsizeError => {
  try {
    run()
  } catch (error) {
    if (error instanceof RightsizeError) return error
    throw error
  }
  throw new Error('did not fail')
}

test('rows become items with ids, labels and digests', () => {
  const { test: part, labels } = build([row('one', 'b'), row('two', 'a')])
  expect(
    part.items.map(({ id, input, expected, cluster }) => ({ id, input, expected, cluster })),
  ).toEqual([
    { id: '1', input: 'one', expected: 'b', cluster: null },
    { id: '2', input: 'two', expected: 'a', cluster: null },
  ])
  expect(part.items[0]?.digest).toMatch(/^[0-9a-f]{64}$/)
  expect(labels).toEqual(['a', 'b'])
})

test('the same rows give the same digests, and a corrected label changes the digest of the item but not of its input', () => {
  const one = build([row('one', 'a')]).test
  const same = build([row('one', 'a')]).test
  const other = build([row('one', 'b')]).test
  expect(same.digest).toBe(one.digest)
  expect(other.digest).not.toBe(one.digest)
  expect(other.items[0]?.inputDigest).toBe(one.items[0]?.inputDigest)
})

test('several input columns make a record, a nested one is reached by dots', () => {
  const items = build([{ q: 'why', doc: { text: 'because' }, label: 'x' }], {
    spec: { input: ['q', 'doc.text'] },
  }).test.items
  expect(items[0]?.input).toEqual({ q: 'why', 'doc.text': 'because' })
})

test('a column that no row has is named with the nearest one that is there', () => {
  const error = failure(() => build([{ txt: 'a', label: 'b' }]))
  expect(error).toMatchObject({ code: 'DATA_COLUMN', at: 'test.csv' })
  expect(error.next).toContain('`txt`')
})

test('empty data are an error', () => {
  expect(failure(() => build([]))).toMatchObject({ code: 'DATA_EMPTY', at: 'test.csv' })
})

test('a missing value is named with its row', () => {
  expect(failure(() => build([row('a', 'x'), { label: 'y' }]))).toMatchObject({
    code: 'DATA_VALUE',
    at: 'test.csv: row 2',
  })
})

test('duplicate ids are an error that names both rows', () => {
  const error = failure(() =>
    build([row('a', 'x', { id: '7' }), row('b', 'x', { id: '8' }), row('c', 'x', { id: '7' })], {
      spec: { id: 'id' },
    }),
  )
  expect(error).toMatchObject({ code: 'DATA_DUPLICATE_ID' })
  expect(error.message).toContain('`7` (rows 1 and 3)')
})

test('rows without a label are left out and counted; without any label it is an error', () => {
  const { test: part, warnings } = build([row('a', 'x'), row('b', '')])
  expect(part.items).toHaveLength(1)
  expect(warnings).toMatchObject([{ code: 'labels-missing', count: 1, examples: ['row 2'] }])
  expect(failure(() => build([row('a', ''), row('b', '')])).code).toBe('DATA_VALUE')
})

test('without a label column nothing is expected and nothing is missing', () => {
  const { spec: _, ...rest } = { spec: 0, test: 't.csv', input: 'text' }
  const { test: part, warnings } = buildDataset(
    { test: [{ text: 'a' }] },
    { spec: rest, strictSplits: false, digest },
  )
  expect(part.items[0]?.expected).toBeNull()
  expect(warnings).toEqual([])
})

test('the same text twice in test is one cluster, with a warning', () => {
  const {
    test: part,
    warnings,
    clusters,
  } = build([row('Hello there!', 'x'), row('other', 'x'), row('hello  there', 'x')])
  expect(part.items.map((item) => item.cluster)).toEqual(['same as 1', null, 'same as 1'])
  expect(warnings).toMatchObject([{ code: 'same-text', count: 1 }])
  expect(clusters).toBe(2)
})

test('clusters of the data that share a text become one', () => {
  const rows = [
    row('a a', 'x', { doc: '1' }),
    row('b b', 'x', { doc: '2' }),
    row('a a', 'x', { doc: '2' }),
    row('c c', 'x', { doc: '3' }),
  ]
  const { test: part, clusters } = build(rows, { spec: { cluster: 'doc' } })
  expect(new Set(part.items.slice(0, 3).map((item) => item.cluster)).size).toBe(1)
  expect(clusters).toBe(2)
})

test('arithmetic that differs in its operator is not the same text', () => {
  expect(build([row('What is 3 + 4?', '7'), row('What is 3 - 4?', '-1')]).warnings).toEqual([])
})

test('train rows that are in test or calibration are dropped from train and counted', () => {
  const { train, warnings } = build([row('in test', 'x')], {
    train: [row('in test', 'x'), row('own', 'x'), row('in calibration', 'x')],
    calibration: [row('in calibration', 'x')],
  })
  expect(train?.items.map((item) => item.input)).toEqual(['own'])
  expect(warnings).toMatchObject([{ code: 'train-overlap', count: 2 }])
  expect(warnings[0]?.text).toContain('2 of 3 rows of train')
})

test('the same text with different labels is listed with both', () => {
  const { warnings, labelNoise } = build([
    row('pay the bill', 'x'),
    row('Pay the bill.', 'y'),
    row('else', 'x'),
  ])
  expect(warnings.find(({ code }) => code === 'conflicting-labels')).toMatchObject({
    count: 1,
    examples: ['pay the bill: x / y'],
  })
  expect(labelNoise).toMatchObject({ kind: 'known', value: 0.5 })
})

test('label noise is unknown where nothing repeats', () => {
  expect(build([row('a', 'x'), row('b', 'y')]).labelNoise.kind).toBe('unknown')
})

test('near-duplicates are shown, in test and against train', () => {
  const long = 'My card was declined at the supermarket this morning and I do not know why'
  const { warnings } = build([row(long, 'x'), row(`${long} exactly`, 'x')], {
    train: [row(`${long} at all`, 'x')],
  })
  expect(warnings.map(({ code, count }) => [code, count])).toEqual([
    ['near-duplicates', 1],
    ['near-duplicates-train', 2],
  ])
})

test('ids in place of inputs are not compared with each other', () => {
  const rows = ['1000', '1001', '1002'].map((n) => ({ id: `gsm8k-main-test-#${n}`, label: 'x' }))
  expect(build(rows, { spec: { input: 'id', id: 'id' } }).warnings).toEqual([])
})

test('labels that train never shows are named', () => {
  const { warnings } = build([row('a b c', 'x'), row('d e f', 'new')], {
    train: [row('g h i', 'x')],
  })
  expect(warnings).toMatchObject([{ code: 'labels-unseen', count: 1, examples: ['new'] }])
})

test.each([
  ['overlap', [row('a', 'x')], [row('a', 'x'), row('b', 'x')]],
  ['the same text twice', [row('a', 'x'), row('a', 'x')], undefined],
  ['conflicting labels', [row('a', 'x'), row('c', 'x')], [row('b', 'x'), row('b', 'y')]],
])('with strictSplits %s is an error', (_, test_, train) => {
  const parts = train === undefined ? {} : { train }
  expect(failure(() => build(test_, { ...parts, strict: true })).code).toBe('DATA_OVERLAP')
  expect(build(test_, parts).warnings.length).toBeGreaterThan(0)
})

test('slices keep their values, sorted', () => {
  const { slices, test: part } = build(
    [row('a', 'x', { lang: 'fr' }), row('b', 'x', { lang: 'de' })],
    { spec: { slices: ['lang'] } },
  )
  expect(slices).toEqual({ lang: ['de', 'fr'] })
  expect(part.items[0]?.slices).toEqual({ lang: 'fr' })
})

test('limit keeps the first rows', () => {
  expect(
    build([row('a', 'x'), row('b', 'x'), row('c', 'x')], { spec: { limit: 2 } }).test.items,
  ).toHaveLength(2)
})

test('a label that no candidate can answer is an error; one that answers anything ends the check', () => {
  expect(failure(() => checkProducible(['a', 'Refund'], [['a', 'refund'], ['a']]))).toMatchObject({
    code: 'DATA_LABEL',
  })
  expect(() => checkProducible(['a', 'z'], [['a'], null])).not.toThrow()
})

test('raw tensors are digested by their numbers', () => {
  const tensor = (v: number) => ({ dtype: 'float32', dims: [2], data: Float32Array.from([v, 1]) })
  const form: DatasetSpec = {
    test: 'x',
    input: { column: 'file', dtype: 'float32', shape: [2] },
    expected: 'label',
  }
  const rows = [1, 2, 1].map((v, i) => ({ file: `${i}`, label: 'a', $tensor: tensor(v) }))
  const { test: part } = buildDataset({ test: rows }, { spec: form, strictSplits: false, digest })
  const [a, b, c] = part.items.map((item) => item.inputDigest)
  expect(a).toBe(c)
  expect(a).not.toBe(b)
  expect(part.items[0]?.row).toEqual({ file: '0', label: 'a' })
})

test('labels that differ only by case or space are listed with their counts', () => {
  const rows = ['refund', 'Refund', 'refund', 'REFUND ', 'login', 'login', 'refund', 'login'].map(
    (label, at) => row(`text number ${at} of all`, label),
  )
  const found = build(rows).warnings.find(({ code }) => code === 'label-variants')
  expect(found).toMatchObject({ count: 5 })
  expect(found?.text).toContain('5 of 8 labels')
  expect(found?.examples).toEqual(['"refund" (3), "Refund" (1), "REFUND " (1)'])
  const clean = rows.map((one) => ({ ...one, label: String(one['label']).trim().toLowerCase() }))
  expect(build(clean).warnings.map(({ code }) => code)).not.toContain('label-variants')
})
