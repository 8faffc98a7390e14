import type { Lock, LockedDecision } from '../result/lock.ts'

/** What stands in the folder now, to hold against the lock. */
export interface CheckFacts {
  readonly task: string
  readonly now: string
  readonly specDigest: string
  /** Digest per data part; null where the file cannot be read. */
  readonly data: Readonly<Record<string, string | null>>
  /** Revision of the chosen model now; null where it cannot be had; undefined where it is not checked offline. */
  readonly revision: string | null | undefined
}

export interface CheckFinding {
  readonly code:
    | 'undecided-task'
    | 'expired'
    | 'expires-soon'
    | 'spec'
    | 'data'
    | 'model'
    | 'claim'
    | 'floating'
  readonly severity: 'error' | 'warning'
  readonly text: string
  readonly next: string
}

const rerun = 'run `rightsize run` again and commit the new rightsize.lock'

/** Everything in which the lock no longer fits spec, data, model or date. Empty when all is well. */
export function checkLock(lock: Lock, facts: CheckFacts): readonly CheckFinding[] {
  const locked = lock.decisions[facts.task]
  if (!locked) {
    const text = `task "${facts.task}" has no decision in the lock`
    return [{ code: 'undecided-task', severity: 'error', text, next: rerun }]
  }
  return [
    ...checkExpiry(locked, facts.now),
    ...checkSpec(locked, facts),
    ...checkData(locked, facts),
    ...checkModel(locked, facts),
    ...checkClaim(locked),
  ]
}

function checkExpiry(locked: LockedDecision, now: string): readonly CheckFinding[] {
  if (now.slice(0, 10) <= locked.validUntil.slice(0, 10)) return []
  const text = `the decision expired on ${locked.validUntil.slice(0, 10)} (decided ${locked.decidedAt.slice(0, 10)})`
  return [{ code: 'expired', severity: 'error', text, next: rerun }]
}

function checkSpec(locked: LockedDecision, facts: CheckFacts): readonly CheckFinding[] {
  if (locked.task.spec === facts.specDigest) return []
  const text = 'the spec has changed since the decision was made'
  return [{ code: 'spec', severity: 'error', text, next: rerun }]
}

function checkData(locked: LockedDecision, facts: CheckFacts): readonly CheckFinding[] {
  return Object.entries(locked.task.data).flatMap(([part, digest]): CheckFinding[] => {
    const now = facts.data[part]
    if (now === digest) return []
    const text =
      now === null || now === undefined
        ? `the ${part} data that the decision rests on cannot be read`
        : `the ${part} data has changed since the decision was made`
    return [{ code: 'data', severity: 'error', text, next: rerun }]
  })
}

function checkModel(locked: LockedDecision, facts: CheckFacts): readonly CheckFinding[] {
  const chosen = locked.chosen
  if (!chosen || facts.revision === undefined) return []
  if (facts.revision === null) {
    const text = `the chosen model ${chosen.id} (${chosen.model}) cannot be opened`
    return [
      { code: 'model', severity: 'error', text, next: 'restore the model files, or decide again' },
    ]
  }
  if (facts.revision === chosen.revision) return []
  const text = `the chosen model ${chosen.id} has other contents than the one that was judged`
  return [{ code: 'model', severity: 'error', text, next: rerun }]
}

function checkClaim(locked: LockedDecision): readonly CheckFinding[] {
  const findings: CheckFinding[] = []
  if (locked.claim === 'certified' && locked.kind === 'supported') {
    const text = 'the spec asks for a certified claim; the decision is only supported'
    findings.push({
      code: 'claim',
      severity: 'error',
      text,
      next: 'label more items, or lower `risk.claim`',
    })
  }
  if (locked.chosen?.floating) {
    const text = `the chosen model ${locked.chosen.model} is an alias that can change under the decision`
    findings.push({
      code: 'floating',
      severity: 'warning',
      text,
      next: 'pin a dated snapshot or a revision',
    })
  }
  return findings
}
