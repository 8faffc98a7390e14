import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { memoryLedger } from '../../../test/memory-ledger.ts'
import { itemsOf } from '../../core/data/items.ts'
import { DEFAULTS } from '../../core/spec/fill.ts'
import type { Answers } from './compare.ts'
import { judgePair, type PairTerms } from './judge-pair.ts'

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const rows = Array.from({ length: 400 }, (_, at) => ({
  text: `text ${at}`,
  label: at === 7 ? null : at % 2 === 0 ? 'yes' : 'no',
}))
const { items } = itemsOf(rows, 'test', { test: 't', input: 'text', expected: 'label' }, digest)
const terms = (over: Partial<PairTerms> = {}): PairTerms => ({
  ...{
    items,
    classes: [
      ['yes', 'no'],
      ['yes', 'no'],
    ],
    margin: 0.02,
    risk: DEFAULTS.risk,
  },
  ...{ task: 'test.jsonl', models: ['large', 'small'], digest, ledger: memoryLedger() },
  now: () => '2026-01-01T00:00:00Z',
  ...over,
})
/** Class numbers, wrong at the items named. */
const answers = (wrong: readonly number[]): readonly string[] =>
  rows.map((_, at) => String(wrong.includes(at) ? 1 - (at % 2) : at % 2))
const pair = (a: readonly number[], b: readonly number[]): Answers => [answers(a), answers(b)]

test('labels judge B in the place of A: counts by hand, and items without a label judge nothing', async () => {
  const found = await judgePair(pair([0, 1, 2], [2, 3]), terms())
  expect(found).toMatchObject({
    ...{ items: 399, unlabelled: 1, right: { a: 396, b: 397 } },
    claim: { n: 399, win: 2, lose: 1, tie: 396, look: 1, kind: 'certified' },
  })
  expect(found.claim.expected).toBeCloseTo(-1 / 399, 12)
  const worse = Array.from({ length: 60 }, (_, at) => at + 20)
  expect((await judgePair(pair([], worse), terms())).claim.kind).toBe('none')
})

test('a look is spent: the same question is the same look, another model on the same items is charged', async () => {
  const ledger = memoryLedger()
  const look = async (over: Partial<PairTerms>) =>
    (await judgePair(pair([], [3]), terms({ ledger, ...over }))).claim
  const first = await look({})
  expect((await look({})).look).toBe(1)
  const other = await look({ models: ['large', 'other'] })
  expect(other.look).toBe(2)
  expect(other.upper).toBeGreaterThan(first.upper)
})

test('class numbers are labels where a model names none; labels that are no class are refused', async () => {
  const numbered = rows.map(({ text }, at) => ({ text, label: at % 2 }))
  const own = itemsOf(numbered, 'test', { test: 't', input: 'text', expected: 'label' }, digest)
  const found = await judgePair(pair([], [5]), terms({ items: own.items, classes: [null, null] }))
  expect(found.right).toEqual({ a: 400, b: 399 })
  await expect(judgePair(pair([], []), terms({ items: own.items }))).rejects.toMatchObject({
    code: 'ONNX_VERIFY',
    message: expect.stringContaining('no label of the data is a class of a model'),
  })
})
