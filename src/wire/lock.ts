import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exclusively } from '../adapters/files/lock-file.ts'
import { textOrNull, writeDurably } from '../adapters/files/whole-file.ts'
import { type Ledger, type LockFileEffects, openLedger } from '../app/keep/ledger.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { Lock } from '../core/result/lock.ts'
import { readLock } from '../core/result/lock-text.ts'

export const lockName = 'rightsize.lock'

/** The lock in a file, or null where there is none. Throws LOCK_INVALID. */
export async function lockIn(path: string): Promise<Lock | null> {
  const text = await textOrNull(path)
  return text === null ? null : readLock(text, path)
}

/**
 * The one ledger of a spec: rightsize.lock in its folder, whatever folder results are written to. Looks are charged in
 * the one of `chargedIn` as well.
 */
export function ledgerIn(folder: string, chargedIn = folder): Ledger {
  return openLedger(lockFile(folder), chargedIn === folder ? undefined : lockFile(chargedIn))
}

function lockFile(folder: string): LockFileEffects {
  const path = join(folder, lockName)
  const counted = join(folder, '.rightsize', 'holdout-looks.json')
  return {
    path,
    read: () => textOrNull(path),
    write: (text) => writeDurably(path, text),
    exclusively: (act) => exclusively(join(folder, '.rightsize', 'lock.held'), act),
    formerCounts: () => countsIn(counted),
    dropFormerCounts: () => rm(counted, { force: true }),
  }
}

/** Fewer than would take long to count. */
const isCount = (count: unknown): count is number =>
  Number.isInteger(count) && Number(count) >= 0 && Number(count) <= 1000

/** Counts that `shrink` kept before there was one ledger. Throws LOCK_INVALID where they cannot be read: they would be lost. */
async function countsIn(path: string): Promise<Readonly<Record<string, number>> | null> {
  const text = await textOrNull(path)
  if (text === null) return null
  try {
    const counts = Object.entries(JSON.parse(text) as Record<string, unknown>)
    if (counts.every(([, count]) => isCount(count)))
      return Object.fromEntries(counts) as Record<string, number>
    throw new TypeError('a count is not a whole number')
  } catch (cause) {
    const next = 'Restore it, or delete it where no look at the test items has to be counted.'
    throw new RightsizeError('LOCK_INVALID', `${path} does not hold counts of looks`, {
      next,
      cause,
    })
  }
}
