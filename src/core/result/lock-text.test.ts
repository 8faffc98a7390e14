import { expect, test } from 'vitest'
import { bar, decision, lockOf, look } from '../../../test/locks.ts'
import { emptyLock, lockText, readLock } from './lock-text.ts'

test('a lock is read back as it was written, and the same lock gives the same bytes', async () => {
  const lock = lockOf([look('a'), look('bb')], [decision('tickets', '2026-01-02')])
  const text = lockText(lock)
  expect(await readLock(text, 'rightsize.lock')).toEqual(lock)
  const shuffled = { ...lock, looks: lock.looks.toReversed() }
  expect(lockText(shuffled)).toBe(text)
})

test('sets that no look uses are left out', () => {
  expect(lockText(lockOf([]))).toBe(lockText(emptyLock))
})

test('every entry stands on a line of its own that ends with a comma', () => {
  const lines = lockText(lockOf([look('a')], [decision('tickets', '2026-01-02')])).split('\n')
  const entries = lines.filter((line) => line.startsWith('{"'))
  expect(entries).toHaveLength(3)
  expect(entries.every((line) => line.endsWith('},'))).toBe(true)
})

test('of a lock@1 the looks are kept, known by their test part', async () => {
  const former = {
    schema: 'rightsize/lock@1',
    generator: 'rightsize@0.1.0',
    decisions: {
      tickets: {
        kind: 'certified',
        looks: [
          { at: '2026-01-01', test: 'part', bar, chosen: 'small', evidence: 'e1', looked: 1 },
          { at: '2026-01-02', test: 'part', bar, chosen: null, evidence: 'e2', looked: 1 },
        ],
      },
    },
  }
  const { looks, decisions } = await readLock(JSON.stringify(former, null, 2), 'rightsize.lock')
  expect(looks).toMatchObject([
    { task: 'tickets', test: 'part', set: null, candidates: ['small'] },
    { task: 'tickets', test: 'part', set: null, candidates: [] },
  ])
  expect(decisions).toEqual({})
})

test.each([
  ['half of it', (text: string) => text.slice(0, 100), /rightsize.lock is not JSON/],
  [
    'another number',
    (text: string) => text.replace('"number": 1', '"number": 0'),
    /entries\[0\].look.number/,
  ],
  ['a later version', (text: string) => text.replace('lock@2', 'lock@3'), /later rightsize/],
])('%s is refused with the place inside the document', async (_, change, message) => {
  const text = change(lockText(lockOf([look('a')])))
  await expect(readLock(text, 'rightsize.lock')).rejects.toMatchObject({
    code: 'LOCK_INVALID',
    message: expect.stringMatching(message),
  })
})
