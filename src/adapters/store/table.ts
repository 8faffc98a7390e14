import type { Store } from '../../contract/store.ts'

/** Kinds of store by name; each loads only when it is opened. */
export const storeTable = {
  libsql: async (path: string): Promise<Store> =>
    (await import('./libsql.ts')).createLibsqlStore(path),
  memory: async (): Promise<Store> => (await import('./memory.ts')).createMemoryStore(),
} as const
