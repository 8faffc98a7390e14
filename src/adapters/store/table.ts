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
