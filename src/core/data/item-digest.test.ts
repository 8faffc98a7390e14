import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { DatasetSpec } from '../spec/spec.ts'
import { canonicalBytes } from './canonical.ts'
import { itemsOf } from './items.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test.each([
  { id: 'a', input: 'sort this', expected: 'yes' },
  { id: 7, input: 'größe "x" \n \ud800 \u2028', expected: 'ä"\ud83d' },
  { id: 'long', input: 'x'.repeat(5000), expected: 'y'.repeat(3000) },
  { id: 'number', input: 'n', expected: 4.5 },
  { id: 'list', input: 'n', expected: ['b', 'a', null] },
  { id: 'object', input: { b: 1, a: Number.NaN }, expected: { z: 1, a: { y: 2, x: 3 } } },
  { id: 'grouped', input: 'n', expected: 'yes', group: 'g' },
])(
  'the digest of an item is that of its canonical JSON, in whichever way it is computed: $id',
  (row) => {
    const spec = { test: 'f', id: 'id', input: 'input', expected: 'expected' } as DatasetSpec
    const { group } = row as { group?: string }
    const given = group === undefined ? spec : { ...spec, cluster: 'group' }
    for (const [slices, own] of [
      [undefined, {}],
      [['id'], { id: String(row.id) }],
    ] as const) {
      const of = slices === undefined ? given : { ...given, slices }
      const [item] = itemsOf([row], 'test', of, sha256).items
      const input = sha256(canonicalBytes(row.input))
      const { expected } = row
      const whole = { id: String(row.id), expected, input, slices: own, cluster: group ?? null }
      expect(item).toMatchObject({ inputDigest: input, digest: sha256(canonicalBytes(whole)) })
    }
  },
)
