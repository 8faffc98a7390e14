import { join, resolve } from 'node:path'
import { RightsizeError } from '../core/error/error.ts'
import type { CheckFinding } from '../core/keep/check.ts'
import { lockIn, lockName } from './lock.ts'
import { sourceFromFile } from './source.ts'
import type { At } from './world.ts'

/** Compares the lock with spec, data and model as they are now. Throws LOCK_NOT_FOUND where there is none. */
export async function check(
  specPath: string,
  lockPath: string | undefined,
  at: At,
): Promise<{ readonly task: string; readonly findings: readonly CheckFinding[] }> {
  const { checkFolder } = await import('../app/keep/check-folder.ts')
  const { spec, baseDir } = await sourceFromFile(specPath, {}, at)
  const path = lockPath === undefined ? join(baseDir, lockName) : resolve(at.cwd, lockPath)
  const lock = await lockIn(path)
  if (lock === null) throw new RightsizeError('LOCK_NOT_FOUND', `${path} does not exist`)
  return { task: spec.task, findings: await checkFolder({ spec, baseDir, lock }, at.effects) }
}
