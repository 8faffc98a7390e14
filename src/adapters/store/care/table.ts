import { existsSync, renameSync, rmSync } from 'node:fs'
import type { StoreHealth, StoreRepair } from '../../../contract/store.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { type StoreRow, tableNames } from '../../files/stored-row.ts'
import { readJournal, writeJournal } from '../jsonl/journal.ts'
import { apply } from '../jsonl.ts'
import { carve } from '../libsql/carve.ts'
import { wholeRows } from '../libsql/whole-rows.ts'
import { createLibsqlStore } from '../libsql.ts'
import { createMemoryStore } from '../memory.ts'

interface Examined {
  readonly rows: readonly StoreRow[]
  readonly health: StoreHealth
}

/** A kind of store on disk: how it is read when it may be damaged, and written anew. */
interface Care {
  examine(path: string): Examined
  write(path: string, rows: readonly StoreRow[]): void
  /** Endings of further files that belong to it. */
  readonly more: readonly string[]
}

const database: Care = {
  more: ['-wal', '-shm'],
  examine(path) {
    const read = wholeRows(path)
    if ('rows' in read) {
      const { rows, damaged } = read
      return {
        rows,
        health: healthOf(path, rows, { damaged, unread: 0, unit: 'page', failure: null }),
      }
    }
    const { rows, damaged, unread } = carve(path)
    const lost = { damaged, unread, unit: 'page', failure: read.failure } as const
    return { rows, health: healthOf(path, rows, lost) }
  },
  write(path, rows) {
    const store = createLibsqlStore(path)
    try {
      store.put(rows)
      store.settle()
    } finally {
      store.close()
    }
  },
}

const lines: Care = {
  more: [],
  examine(path) {
    const { entries, damaged } = readJournal(path)
    const held = createMemoryStore()
    for (const entry of entries) apply(held, entry)
    const rows = [...held.rows()]
    return {
      rows,
      health: healthOf(path, rows, { damaged, unread: 0, unit: 'line', failure: null }),
    }
  },
  write(path, rows) {
    if (!writeJournal(path, rows, null))
      throw new RightsizeError('STORE_UNREADABLE', `${path} cannot be written`)
  },
}

interface Lost {
  readonly damaged: readonly string[]
  readonly unread: number
  readonly unit: StoreHealth['unread']['unit']
  readonly failure: string | null
}

function healthOf(path: string, rows: readonly StoreRow[], lost: Lost): StoreHealth {
  const counts = Object.fromEntries(tableNames.map((table) => [table, 0])) as Record<
    (typeof tableNames)[number],
    number
  >
  for (const { table } of rows) counts[table]++
  const { damaged, unread: count, unit, failure } = lost
  return { path, rows: counts, damaged, unread: { count, unit }, failure }
}

const careOf = (path: string): Care => (path.endsWith('.jsonl') ? lines : database)

/** Whether all of a store is as it was written. Changes nothing. */
export const verifyStore = (path: string): StoreHealth => careOf(path).examine(path).health

export const isDamaged = ({ damaged, failure }: StoreHealth): boolean =>
  damaged.length > 0 || failure !== null

/**
 * Writes a new store of all rows that are whole and moves the damaged one aside. No run may use the store meanwhile. A store
 * that is whole stays as it is.
 */
export function repairStore(path: string): StoreRepair {
  const care = careOf(path)
  const { rows, health: found } = care.examine(path)
  if (!isDamaged(found)) return { found, aside: null }
  if (rows.length === 0)
    throw new RightsizeError('STORE_UNREADABLE', `${path} holds no row that can be saved`, {
      next: 'If it is a store of rightsize, move it aside: a new one is created.',
    })
  const draft = `${path}.repaired`
  for (const ending of ['', ...care.more]) rmSync(`${draft}${ending}`, { force: true })
  care.write(draft, rows)
  let number = 1
  while (existsSync(`${path}.damaged-${number}`)) number++
  const aside = `${path}.damaged-${number}`
  for (const ending of ['', ...care.more])
    if (existsSync(`${path}${ending}`)) renameSync(`${path}${ending}`, `${aside}${ending}`)
  renameSync(draft, path)
  for (const ending of care.more) rmSync(`${draft}${ending}`, { force: true })
  return { found, aside }
}
