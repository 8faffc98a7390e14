import { join } from 'node:path'
import { storeFileIn } from '../adapters/store/table.ts'
import type { StoreHealth, StoreRepair } from '../contract/store.ts'

/** Whether the store of a folder is as it was written; null where there is none. */
export async function verifyStoreIn(folder: string): Promise<StoreHealth | null> {
  const path = storeFileIn(join(folder, '.rightsize'))
  return path === null ? null : (await import('../adapters/store/care/table.ts')).verifyStore(path)
}

/** Saves what is whole of a damaged store; null where there is none. Throws STORE_UNREADABLE and STORE_NEWER. */
export async function repairStoreIn(folder: string): Promise<StoreRepair | null> {
  const path = storeFileIn(join(folder, '.rightsize'))
  return path === null ? null : (await import('../adapters/store/care/table.ts')).repairStore(path)
}
