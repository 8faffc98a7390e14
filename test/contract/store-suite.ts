import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store, StoredOutcome } from '../../src/contract/store.ts'

export const outcome = (key: string, parts: Partial<StoredOutcome> = {}): StoredOutcome => ({
  key,
  itemDigest: `item-${key}`,
  candidateDigest: 'candidate',
  answer: `{"ok":true,"output":{"kind":"text","text":"${key}"}}`,
  at: '2026-01-02T00:00:00.000Z',
  ...parts,
})

/** What every store promises. */
export function storeSuite(name: string, open: () => Store): void {
  describe(`the store contract: ${name}`, () => {
    let store: Store
    beforeEach(() => {
      store = open()
    })
    afterEach(() => store.close())

    test('what was put comes back, and only what was asked for', () => {
      store.putOutcomes([outcome('a'), outcome('b')])
      expect([...store.outcomes(['a', 'missing']).values()]).toEqual([outcome('a')])
      expect(store.outcomes([]).size).toBe(0)
    })

    test('answers keep every character', () => {
      const answer = JSON.stringify({
        text: 'ünï \u0000 \ud83d\ude00 \u2028 "quoted" \n'.repeat(50),
      })
      store.putOutcomes([outcome('x', { answer })])
      expect(store.outcomes(['x']).get('x')?.answer).toBe(answer)
    })

    test('thousands of keys are asked for at once', () => {
      const rows = Array.from({ length: 5001 }, (_, i) => outcome(`k${i}`))
      store.putOutcomes(rows)
      expect(store.outcomes(rows.map((row) => row.key)).size).toBe(5001)
    })

    test('a newer answer replaces the old one and takes its scores away', () => {
      store.putOutcomes([outcome('a')])
      store.putScores([{ outcomeKey: 'a', scorer: 'exact@1', score: 1, detail: '{}' }])
      store.putOutcomes([outcome('a')])
      expect(store.scores(['a'], 'exact@1').size).toBe(1)
      store.putOutcomes([outcome('a', { answer: '{"ok":true}', at: '2026-02-01T00:00:00.000Z' })])
      expect(store.outcomes(['a']).get('a')?.at).toBe('2026-02-01T00:00:00.000Z')
      expect(store.scores(['a'], 'exact@1').size).toBe(0)
    })

    test('scores are kept by scorer; null is a score that does not apply', () => {
      store.putOutcomes([outcome('a')])
      const rows = [
        { outcomeKey: 'a', scorer: 'exact@1', score: 0.1 + 0.2, detail: '{"read":"x"}' },
        { outcomeKey: 'a', scorer: 'exact@2', score: null, detail: '{}' },
      ]
      store.putScores(rows)
      expect(store.scores(['a'], 'exact@1').get('a')).toEqual(rows[0])
      expect(store.scores(['a'], 'exact@2').get('a')).toEqual(rows[1])
      expect(store.scores(['a'], 'other').size).toBe(0)
    })

    test('windows come back in the order they were put, for one candidate, machine and meter', () => {
      const window = (reading: string, machine = 'm') => ({
        candidateDigest: 'c',
        machine,
        meter: 'cpu-time',
        reading,
        at: '2026-01-01T00:00:00.000Z',
      })
      store.putWindow(window('2'))
      store.putWindow(window('1'))
      store.putWindow(window('3', 'another machine'))
      expect(store.windows('c', 'm', 'cpu-time')).toEqual([window('2'), window('1')])
      expect(store.windows('c', 'm', 'rapl')).toEqual([])
    })

    test('documents are kept by digest', () => {
      expect(store.getDocument('d')).toBeNull()
      store.putDocument('d', '{"a":1}')
      expect(store.getDocument('d')).toBe('{"a":1}')
    })

    test('prune drops what is older, with its scores, and says how many', () => {
      store.putOutcomes([outcome('old', { at: '2025-01-01T00:00:00.000Z' }), outcome('new')])
      store.putScores([{ outcomeKey: 'old', scorer: 's', score: 1, detail: '' }])
      expect(store.prune('2026-01-01')).toBe(1)
      expect(store.stats()).toMatchObject({ outcomes: 1, scores: 0 })
      expect(store.prune('2026-01-01')).toBe(0)
    })

    test('export gives every row of every table once', () => {
      store.putOutcomes(Array.from({ length: 2500 }, (_, i) => outcome(`k${i}`)))
      store.putScores([{ outcomeKey: 'k1', scorer: 's', score: 0.5, detail: 'd' }])
      store.putDocument('d', '{}')
      const rows = [...store.exportRows()]
      const keys = new Set(
        rows.filter(({ table }) => table === 'outcomes').map(({ row }) => row['key']),
      )
      expect(keys.size).toBe(2500)
      expect(rows).toHaveLength(2502)
      expect(rows.find(({ table }) => table === 'scores')?.row).toEqual({
        outcome: 'k1',
        scorer: 's',
        score: 0.5,
        detail: 'd',
      })
    })
  })
}
