import { expect, test } from 'vitest'
import { type Entry, lineOf, readLine } from './entry.ts'

const claim = { owner: 'o', since: 's', until: 'u', keys: ['k'], over: ['x'] }

test.each<Entry>([
  { table: 'documents', cells: ['d', '{}'] },
  { prune: '2026-01-01' },
  { claim },
  { release: { keys: ['k'], owner: 'o' } },
])('an entry is read as it was written: %o', (entry) => {
  expect(readLine(lineOf(entry))).toEqual([entry])
})

test.each([
  { prune: 1 },
  { claim: { ...claim, keys: 'k' } },
  { claim: { ...claim, over: undefined } },
  { claim: null },
  { release: { keys: [1], owner: 'o' } },
  { later: true },
])(
  'what no entry of this version is counts for nothing, though its checksum is right: %o',
  (one) => {
    expect(readLine(lineOf(one as unknown as Entry))).toBeNull()
  },
)
