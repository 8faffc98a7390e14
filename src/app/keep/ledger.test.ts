import { expect, test } from 'vitest'
import { memoryLedger } from '../../../test/memory-ledger.ts'
import type { NewLook } from '../../core/proof/spend-look.ts'
import type { LockedDecision } from '../../core/result/lock.ts'
import { readLock } from '../../core/result/lock-text.ts'

const look = (key: string, items: readonly string[]): NewLook => ({
  ...{ key, asked: key, items, test: 'part', alpha: 0.05, at: '2026-01-01T00:00:00.000Z' },
  ...{ by: 'run', task: 'tickets', incumbent: null, candidates: ['small'] },
  bar: { kind: 'absolute', floor: 0.9, target: 0.9 },
})
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)] as [string, string]

const decided = (evidence: string, supersedes: string | null): LockedDecision => ({
  task: {
    ...{ name: 'tickets', metric: 'accuracy', scorer: 'exact', items: 1, synthetic: false },
    ...{ data: {}, spec: 's' },
  },
  ...{ kind: 'none', headline: '', chosen: null, incumbent: null, matches: false },
  ...{ certified: false, claim: 'supported', pLossOverMargin: null, loss: null, energy: null },
  bar: { kind: 'absolute', floor: 0.9, target: 0.9 },
  ...{ sci: null, rejected: [], look: null, evidence, decidedAt: '2026-01-01', supersedes },
  ...{ validUntil: '2027-01-01', generator: 'g' },
})

test('a look is in the file before its terms are known to anybody', async () => {
  const ledger = memoryLedger()
  expect((await ledger.spend(look('1', [a]))).number).toBe(1)
  const { looks } = await readLock(ledger.text() ?? '', 'rightsize.lock')
  expect(looks).toMatchObject([{ key: '1', number: 1, claim: null }])
  await ledger.claimed('1', { kind: 'certified', chosen: 'small' })
  const after = await readLock(ledger.text() ?? '', 'rightsize.lock')
  expect(after.looks).toMatchObject([{ key: '1', claim: { kind: 'certified' } }])
})

test('two looks at once are both kept, and one of them is the second', async () => {
  const ledger = memoryLedger()
  const both = await Promise.all([
    ledger.spend(look('1', [a, b])),
    ledger.spend(look('2', [b])),
    ledger.spend(look('3', [a])),
  ])
  expect(both.map(({ number }) => number)).toEqual([1, 2, 3])
})

test('what was spent before changes nothing in the file', async () => {
  const ledger = memoryLedger()
  await ledger.spend(look('1', [a]))
  const before = ledger.text()
  await ledger.spend(look('1', [a]))
  expect(ledger.text()).toBe(before)
})

test('a decision replaces the former one of its task, and knows it', async () => {
  const ledger = memoryLedger()
  await ledger.decide('tickets', (former) => decided('first', former?.evidence ?? null))
  const lock = await ledger.decide('tickets', (former) =>
    decided('second', former?.evidence ?? null),
  )
  expect(lock.decisions['tickets']).toMatchObject({ evidence: 'second', supersedes: 'first' })
})

test('looks that were counted in a file of their own are charged by their test part, and move into the lock', async () => {
  const ledger = memoryLedger({ part: 2, other: 1 })
  expect((await ledger.ahead(look('1', [a]), '2026-11-01')).number).toBe(3)
  await ledger.spend(look('1', [a]))
  const { looks } = await readLock(ledger.text() ?? '', 'rightsize.lock')
  expect(looks.map(({ test: part }) => part).toSorted()).toEqual(['other', 'part', 'part', 'part'])
  expect((await ledger.ahead(look('2', [a]), '2026-11-01')).number).toBe(4)
})

test('a clock that is behind the ledger is refused before anything is paid for', async () => {
  const ledger = memoryLedger()
  await ledger.spend({ ...look('1', [a]), at: '2026-11-20T12:00:00.000Z' })
  await ledger.ahead(look('2', [a]), '2026-11-20T11:55:00.000Z')
  await expect(ledger.ahead(look('2', [a]), '2026-11-20T11:00:00.000Z')).rejects.toMatchObject({
    code: 'CLOCK_BEHIND',
  })
})
