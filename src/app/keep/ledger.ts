import { RightsizeError } from '../../core/error/error.ts'
import { type LookTerms, lookTerms } from '../../core/proof/look-alpha.ts'
import {
  type LookedAt,
  lookAhead,
  type NewLook,
  spendLook,
  withClaim,
} from '../../core/proof/spend-look.ts'
import type { Lock, LockedDecision, Look } from '../../core/result/lock.ts'
import { emptyLock, lockText, readLock } from '../../core/result/lock-text.ts'

/** The one file of decisions and looks, beside the spec. */
export interface LockFileEffects {
  readonly path: string
  /** Its text; null where there is none yet. */
  read(): Promise<string | null>
  /** Replaces it in one step and is certain that it lies on the disk. */
  write(text: string): Promise<void>
  /** Runs `act` while no other process does the same with this file. */
  exclusively<T>(act: () => Promise<T>): Promise<T>
  /** Looks that an earlier version counted in a file of its own, by test part; null where there are none. */
  formerCounts(): Promise<Readonly<Record<string, number>> | null>
  /** That file is not needed any more: its counts are in the lock. */
  dropFormerCounts(): Promise<void>
}

/** What is known of looks and decisions, kept across processes and commands. */
export interface Ledger {
  /**
   * The terms that a look at these items would get at `now` (ISO 8601); nothing is spent. Asked before anything is paid for:
   * throws where the file could not be changed later, and CLOCK_BEHIND where it holds what is still to come.
   */
  ahead(at: LookedAt, now: string): Promise<LookTerms>
  /** Spends a look before anything of it is shown. */
  spend(look: NewLook): Promise<LookTerms>
  /** Enters what a look claimed. */
  claimed(key: string, claim: Look['claim']): Promise<void>
  /** Puts a decision in the place of the task's former one. */
  decide(task: string, made: (former: LockedDecision | null) => LockedDecision): Promise<Lock>
}

/**
 * The ledger in a file. Every change reads, changes and replaces it as one, so that two processes at once keep both looks.
 * With `chargedIn`, the ledger of another folder, a look is charged for those in either file, and entered in both.
 */
export function openLedger(file: LockFileEffects, chargedIn?: LockFileEffects): Ledger {
  const read = async (): Promise<Lock> => {
    const own = await lockOf(file)
    return chargedIn === undefined ? own : withLooksOf(own, await lockOf(chargedIn))
  }
  const replace = async (to: (lock: Lock) => Lock): Promise<Lock> => {
    const before = await read()
    const after = to(before)
    if (after === before) return after
    await entered(file, after)
    if (chargedIn !== undefined)
      await entered(chargedIn, withLooksOf(await lockOf(chargedIn), after))
    return after
  }
  const change = (to: (lock: Lock) => Lock): Promise<Lock> => {
    const own = () => file.exclusively(() => replace(to))
    return chargedIn === undefined ? own() : chargedIn.exclusively(own)
  }
  return {
    ahead: async (at, now) => {
      const lock = await file.exclusively(read)
      refuseEarlier(lock, now)
      return lookAhead(lock, at)
    },
    async spend(look) {
      let terms = lookTerms(look.alpha, 1)
      await change((lock) => {
        const spent = spendLook(lock, look)
        terms = spent.terms
        return spent.looked === lock ? lock : { ...lock, ...spent.looked }
      })
      return terms
    },
    async claimed(key, claim) {
      await change((lock) => withClaim(lock, key, claim))
    },
    decide: (task, made) =>
      change((lock) => {
        const former = Object.hasOwn(lock.decisions, task) ? (lock.decisions[task] ?? null) : null
        return { ...lock, decisions: { ...lock.decisions, [task]: made(former) } }
      }),
  }
}

async function lockOf(file: LockFileEffects): Promise<Lock> {
  const text = await file.read()
  const lock = text === null ? emptyLock : await readLock(text, file.path)
  return withFormerCounts(lock, await file.formerCounts())
}

async function entered(file: LockFileEffects, lock: Lock): Promise<void> {
  await file.write(lockText(lock))
  await file.dropFormerCounts()
}

/** A lock with the looks of another too, and with what they claimed; its decisions stay its own. */
function withLooksOf(own: Lock, { looks, sets }: Lock): Lock {
  const known = new Map(looks.map((look) => [look.key, look]))
  const kept = own.looks.map((look) => {
    const same = known.get(look.key)
    known.delete(look.key)
    return same === undefined || same.claim === null ? look : same
  })
  return { ...own, looks: [...kept, ...known.values()], sets: { ...own.sets, ...sets } }
}

/** What clocks of machines that share a lock may differ by, ms. */
const clockSkew = 10 * 60_000

/** A look dated before one that is there could be taken for the older one. */
function refuseEarlier({ looks, decisions }: Lock, now: string): void {
  const dates = [
    ...looks.map(({ at }) => at),
    ...Object.values(decisions).map((one) => one.decidedAt),
  ]
  const last = dates.toSorted().at(-1)
  if (last === undefined || !(Date.parse(last) > Date.parse(now) + clockSkew)) return
  throw new RightsizeError(
    'CLOCK_BEHIND',
    `the lock holds what happened at ${last}, and it is ${now} here`,
  )
}

/** Looks that were counted elsewhere are as good as any: their items are unknown, the test part is. */
function withFormerCounts(lock: Lock, counts: Readonly<Record<string, number>> | null): Lock {
  if (counts === null) return lock
  const looks = Object.entries(counts).flatMap(([test, count]) =>
    Array.from(
      { length: count },
      (_, before): Look => ({
        ...{ at: '', by: 'shrink', task: '', asked: '', test, incumbent: null, candidates: [] },
        claim: null,
        key: `counted-${test.slice(0, 16)}-${before + 1}`,
        ...{ number: before + 1, alpha: 0, set: null },
        bar: { kind: 'relative', margin: 0, tolerance: 0 },
      }),
    ),
  )
  const known = new Set(lock.looks.map(({ key }) => key))
  return { ...lock, looks: [...looks.filter(({ key }) => !known.has(key)), ...lock.looks] }
}
