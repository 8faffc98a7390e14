import { type CheckFinding, checkLock } from '../../core/keep/check.ts'
import { runtimePart } from '../../core/part/runtimes.ts'
import type { Lock } from '../../core/result/lock.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { digestOf } from '../evaluate/digest-of.ts'
import type { Effects } from '../evaluate/effects.ts'
import { loadData } from '../evaluate/load.ts'

/** Holds the lock against what is in the folder now: spec, data, model, date. Calls no endpoint. */
export async function checkFolder(
  { spec, baseDir, lock }: { readonly spec: Spec; readonly baseDir: string; readonly lock: Lock },
  effects: Effects,
): Promise<readonly CheckFinding[]> {
  return checkLock(lock, {
    task: spec.task,
    now: effects.clock.now(),
    specDigest: digestOf(spec, effects),
    data: await dataDigests(spec, baseDir, effects),
    revision: await revision(spec, baseDir, lock, effects),
  })
}

async function dataDigests(
  spec: Spec,
  baseDir: string,
  effects: Effects,
): Promise<Readonly<Record<string, string | null>>> {
  try {
    const data = await loadData(spec, effects, baseDir)
    return Object.fromEntries(
      (['test', 'calibration', 'train', 'unlabelled'] as const).map((part) => [
        part,
        data[part]?.digest ?? null,
      ]),
    )
  } catch {
    return {}
  }
}

async function revision(
  spec: Spec,
  baseDir: string,
  lock: Lock,
  effects: Effects,
): Promise<string | null | undefined> {
  const chosen = lock.decisions[spec.task]?.chosen
  const candidate = spec.candidates.find((one) => one.id === chosen?.id)
  if (!chosen || !candidate || runtimePart(candidate.runtime).files === null) return undefined
  const model = candidate.model ?? chosen.model
  try {
    const context = { baseDir, env: effects.env, fetch: effects.fetch }
    const session = await effects.openRuntime({ ...candidate, model }, context)
    const found = session.identity.revision
    await session.close()
    return found
  } catch {
    return null
  }
}
