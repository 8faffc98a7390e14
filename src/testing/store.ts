import assert from 'node:assert/strict'
import type { Store, StoredOutcome } from '../contract/store.ts'
import { assertContains } from './contains.ts'
import type { TestRunner } from './runner.ts'

/** One store as the suite sees it: every call opens an empty one. */
export interface StoreCase {
  readonly name: string
  open(): Store | Promise<Store>
}

/**
 * What every store promises: what was put comes back, a changed answer takes its scores away, windows keep their order, pruning
 * and export lose nothing. Each promise gets a store of its own.
 */
export function storeContract({ describe, test }: TestRunner, { name, open }: StoreCase): void {
  describe(`the store contract: ${name}`, () => {
    for (const [promise, check] of Object.entries(promises))
      test(promise, async () => {
        const store = await open()
        try {
          check(store)
        } finally {
          store.close()
        }
      })
  })
}

/** An outcome for tests of stores, with the parts that matter to one. */
export const storedOutcome = (key: string, parts: Partial<StoredOutcome> = {}): StoredOutcome => ({
  key,
  itemDigest: `item-${key}`,
  candidateDigest: 'candidate',
  answer: `{"ok":true,"output":{"kind":"text","text":"${key}"}}`,
  at: '2026-01-02T00:00:00.000Z',
  ...parts,
})

const window = (reading: string, machine = 'm') => ({
  ...{ candidateDigest: 'c', machine, meter: 'some-meter', reading },
  at: '2026-01-01T00:00:00.000Z',
})

const promises: Readonly<Record<string, (store: Store) => void>> = {
  'what was put comes back, and only what was asked for': (store) => {
    store.putOutcomes([storedOutcome('a'), storedOutcome('b')])
    assert.deepEqual([...store.outcomes(['a', 'missing']).values()], [storedOutcome('a')])
    assert.equal(store.outcomes([]).size, 0)
  },
  'answers keep every character': (store) => {
    const text = 'ünï \u0000 \ud83d\ude00 \u2028 "quoted" \n'.repeat(50)
    const answer = JSON.stringify({ text })
    store.putOutcomes([storedOutcome('x', { answer })])
    assert.equal(store.outcomes(['x']).get('x')?.answer, answer)
  },
  'thousands of keys are asked for at once': (store) => {
    const rows = Array.from({ length: 5001 }, (_, i) => storedOutcome(`k${i}`))
    store.putOutcomes(rows)
    assert.equal(store.outcomes(rows.map((row) => row.key)).size, 5001)
  },
  'a newer answer replaces the old one and takes its scores away': (store) => {
    store.putOutcomes([storedOutcome('a')])
    store.putScores([{ outcomeKey: 'a', scorer: 'exact@1', score: 1, detail: '{}' }])
    store.putOutcomes([storedOutcome('a')])
    assert.equal(store.scores(['a'], 'exact@1').size, 1)
    const at = '2026-02-01T00:00:00.000Z'
    store.putOutcomes([storedOutcome('a', { answer: '{"ok":true}', at })])
    assert.equal(store.outcomes(['a']).get('a')?.at, at)
    assert.equal(store.scores(['a'], 'exact@1').size, 0)
  },
  'scores are kept by scorer; null is a score that does not apply': (store) => {
    store.putOutcomes([storedOutcome('a')])
    const one = { outcomeKey: 'a', scorer: 'exact@1', score: 0.1 + 0.2, detail: '{"read":"x"}' }
    const other = { outcomeKey: 'a', scorer: 'exact@2', score: null, detail: '{}' }
    store.putScores([one, other])
    assert.deepEqual(store.scores(['a'], 'exact@1').get('a'), one)
    assert.deepEqual(store.scores(['a'], 'exact@2').get('a'), other)
    assert.equal(store.scores(['a'], 'other').size, 0)
  },
  'a score that is not a number is refused, with all that came with it': (store) => {
    store.putOutcomes([storedOutcome('a')])
    const score = (value: number) => ({ outcomeKey: 'a', scorer: 's', score: value, detail: '{}' })
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      assert.throws(() => store.putScores([score(1), score(value)]), { code: 'SCORER_FAILED' })
    assert.equal(store.scores(['a'], 's').size, 0)
  },
  'windows come back in the order they were put, for one candidate, machine and meter': (store) => {
    for (const each of [window('2'), window('1'), window('3', 'another machine')])
      store.putWindow(each)
    assert.deepEqual(store.windows('c', 'm', 'some-meter'), [window('2'), window('1')])
    assert.deepEqual(store.windows('c', 'm', 'rapl'), [])
  },
  'documents are kept by digest': (store) => {
    assert.equal(store.getDocument('d'), null)
    store.putDocument('d', '{"a":1}')
    assert.equal(store.getDocument('d'), '{"a":1}')
  },
  'prune drops what is older, with its scores, and says how many': (store) => {
    store.putOutcomes([storedOutcome('old', { at: '2025-01-01T00:00:00.000Z' })])
    store.putOutcomes([storedOutcome('new')])
    store.putScores([{ outcomeKey: 'old', scorer: 's', score: 1, detail: '' }])
    assert.equal(store.prune('2026-01-01'), 1)
    assertContains(store.stats(), { outcomes: 1, scores: 0 })
    assert.equal(store.prune('2026-01-01'), 0)
  },
  'export gives every row of every table once': (store) => {
    store.putOutcomes(Array.from({ length: 2500 }, (_, i) => storedOutcome(`k${i}`)))
    store.putScores([{ outcomeKey: 'k1', scorer: 's', score: 0.5, detail: 'd' }])
    store.putDocument('d', '{}')
    const rows = [...store.exportRows()]
    assert.equal(rows.length, 2502)
    const outcomes = rows.filter(({ table }) => table === 'outcomes')
    assert.equal(new Set(outcomes.map(({ row }) => row['key'])).size, 2500)
    assert.deepEqual(
      { ...rows.find(({ table }) => table === 'scores')?.row },
      { outcome: 'k1', scorer: 's', score: 0.5, detail: 'd' },
    )
  },
}
