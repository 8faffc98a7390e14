import { textOrNull } from '../adapters/files/whole-file.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { Lock } from '../core/keep/lock.ts'

export const lockName = 'rightsize.lock'

/** The lock in a file, or null where there is none. Throws LOCK_INVALID. */
export async function readLock(path: string): Promise<Lock | null> {
  const text = await textOrNull(path)
  if (text === null) return null
  try {
    const lock = JSON.parse(text) as Lock
    if (lock.schema === 'rightsize/lock@1') return lock
  } catch (cause) {
    throw new RightsizeError('LOCK_INVALID', `${path} is not JSON`, { cause })
  }
  throw new RightsizeError('LOCK_INVALID', `${path} is not a rightsize/lock@1`)
}
