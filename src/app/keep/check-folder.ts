import { canonicalJson } from '../../core/data/canonical-json.ts'
import { type CheckFinding, checkLock } from '../../core/keep/check.ts'
import { lockedDecision } from '../../core/keep/lock.ts'
import { runtimePart } from '../../core/part/runtimes.ts'
import type { Lock, LockedDecision } from '../../core/result/lock.ts'
import type { RunResult } from '../../core/result/run-result.ts'
import type { CandidateSpec, Spec } from '../../core/spec/spec.ts'
import { digestOf } from '../evaluate/digest-of.ts'
import type { Effects } from '../evaluate/effects.ts'
import { loadData } from '../evaluate/load.ts'

/** What the check needs of the world beside what a run needs. Nothing of a candidate or scorer is run. */
export interface CheckEffects extends Effects {
  timeOf(text: string): number | null
  /** The revision of a candidate from its files alone; null for models that are elsewhere. */
  revisionOf(candidate: CandidateSpec, baseDir: string): Promise<string | null>
  /** The version of a scorer that is a file of the user's; null for others. */
  scorerVersion(scorer: Spec['scorers'][number], baseDir: string): Promise<string | null>
}

export interface Checked {
  readonly spec: Spec
  readonly baseDir: string
  readonly lock: Lock
  /** result.json next to the spec; null where it cannot be read as one, absent where there is none. */
  readonly result?: RunResult | null
}

/** Compares the lock with what is in the folder now: spec, data, models, scorers, evidence, date. Calls no endpoint. */
export async function checkFolder(
  { spec, baseDir, lock, result }: Checked,
  effects: CheckEffects,
): Promise<readonly CheckFinding[]> {
  const evidence = evidenceIn(result, spec, lock, effects)
  return checkLock(lock, {
    ...{ task: spec.task, spec, now: effects.clock.now(), specDigest: digestOf(spec, effects) },
    timeOf: effects.timeOf,
    data: await dataDigests(spec, baseDir, effects),
    revisions: await revisions(spec, baseDir, lock, effects),
    scorers: await scorerVersions(spec, baseDir, effects),
    ...(evidence === undefined ? {} : { evidence }),
  })
}

/**
 * The decision that the result leads to. A result that decided nothing, another task or at another time (the later run
 * wrote its reports elsewhere) is no evidence of this one.
 */
function evidenceIn(
  result: RunResult | null | undefined,
  spec: Spec,
  lock: Lock,
  effects: CheckEffects,
): LockedDecision | null | undefined {
  if (result === undefined || result === null) return result
  const locked = Object.hasOwn(lock.decisions, spec.task) ? lock.decisions[spec.task] : undefined
  const { interrupted, endedAt } = result.provenance
  if (interrupted || result.task.name !== spec.task || endedAt !== locked?.decidedAt)
    return undefined
  const evidence = effects.digest(new TextEncoder().encode(canonicalJson(result)))
  if (locked.evidence !== evidence) return null
  return lockedDecision(result, { evidence, validUntil: locked.validUntil, former: null })
}

const partNames = ['test', 'calibration', 'train', 'unlabelled'] as const

async function dataDigests(
  spec: Spec,
  baseDir: string,
  effects: Effects,
): Promise<ReadonlyMap<string, string | null>> {
  const named = partNames.filter((part) => spec.dataset[part] !== undefined)
  const data = await loadData(spec, effects, baseDir).catch(() => null)
  return new Map(named.map((part) => [part, data?.[part]?.digest ?? null]))
}

async function revisions(
  spec: Spec,
  baseDir: string,
  lock: Lock,
  effects: CheckEffects,
): Promise<ReadonlyMap<string, string | null>> {
  const locked = Object.hasOwn(lock.decisions, spec.task) ? lock.decisions[spec.task] : undefined
  const found = new Map<string, string | null>()
  for (const candidate of spec.candidates) {
    if (runtimePart(candidate.runtime).files === null) continue
    const chosen = locked?.chosen?.id === candidate.id ? locked.chosen : null
    // A student that was trained for the run is kept where the lock says, and only as long as it is chosen.
    if (candidate.model === undefined && candidate.command === undefined && chosen === null)
      continue
    const model = candidate.model ?? chosen?.model
    const one = model === undefined ? candidate : { ...candidate, model }
    found.set(candidate.id, await effects.revisionOf(one, baseDir).catch(() => null))
  }
  return found
}

async function scorerVersions(
  spec: Spec,
  baseDir: string,
  effects: CheckEffects,
): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, string | null>()
  for (const scorer of spec.scorers) {
    const version = await effects.scorerVersion(scorer, baseDir).catch(() => undefined)
    if (version !== null) found.set(scorer.name, version ?? null)
  }
  return found
}
