import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../../contract/store.ts'

/** Kinds of store by name; each loads only when it is opened. */
export const storeTable = {
  libsql: async (path: string): Promise<Store> =>
    (await import('./libsql.ts')).createLibsqlStore(path),
  /** Needs no package. Every open run holds the rows in memory. */
  jsonl: async (path: string): Promise<Store> => {
    const { createMemoryStore } = await import('./memory.ts')
    return (await import('./jsonl.ts')).createJsonlStore(path, createMemoryStore)
  },
  memory: async (): Promise<Store> => (await import('./memory.ts')).createMemoryStore(),
} as const

/**
 * The store of a folder: SQLite, or JSON lines where libsql cannot be loaded, which `onNote` is told. A store of JSON lines
 * that is there alone goes on being used: what was paid for is not paid for again.
 */
export async function openFolderStore(
  folder: string,
  onNote: (text: string) => void = () => undefined,
): Promise<Store> {
  const { database, lines, had } = filesIn(folder)
  if (had.lines && !had.database) return storeTable.jsonl(lines)
  const missing = await import('libsql').then(
    () => false,
    () => true,
  )
  if (!missing) return storeTable.libsql(database)
  const unread = had.database ? `; ${database} is not read` : ''
  onNote(`libsql is not installed: answers are stored in ${lines}${unread} (npm i libsql)`)
  return storeTable.jsonl(lines)
}

/** The file of the store that a folder has; null where there is none. */
export function storeFileIn(folder: string): string | null {
  const { database, lines, had } = filesIn(folder)
  if (had.database) return database
  return had.lines ? lines : null
}

function filesIn(folder: string) {
  const database = join(folder, 'store.db')
  const lines = join(folder, 'store.jsonl')
  return { database, lines, had: { database: existsSync(database), lines: existsSync(lines) } }
}
