import { join, resolve } from 'node:path'
import { textOrNull } from '../adapters/files/whole-file.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { CheckFinding } from '../core/keep/check.ts'
import { readDocument } from '../core/result/document.ts'
import type { RunResult } from '../core/result/run-result.ts'
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
  const { revisionOf } = await import('../adapters/runtime/revision/table.ts')
  const { scorerVersion } = await import('../adapters/scorer/table.ts')
  const result = await resultIn(join(baseDir, 'result.json'))
  const checked = { spec, baseDir, lock, ...(result === undefined ? {} : { result }) }
  const findings = await checkFolder(checked, {
    ...at.effects,
    timeOf,
    revisionOf: (candidate, folder) => revisionOf(candidate, { baseDir: folder }),
    scorerVersion: (scorer, folder) => scorerVersion(scorer, { baseDir: folder }),
  })
  return { task: spec.task, findings }
}

/** result.json; undefined where there is none, null where it is no result. */
async function resultIn(path: string): Promise<RunResult | null | undefined> {
  const text = await textOrNull(path)
  if (text === null) return undefined
  return readDocument(text, 'run-result', path).catch(() => null)
}

function timeOf(text: string): number | null {
  const time = Date.parse(text)
  return Number.isFinite(time) && new Date(time).toISOString() === text ? time : null
}
