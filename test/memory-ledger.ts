import { type Ledger, type LockFileEffects, openLedger } from '../src/app/keep/ledger.ts'

/** A ledger whose file is a text in memory. */
export function memoryLedger(counts: Readonly<Record<string, number>> | null = null): Ledger & {
  text(): string | null
} {
  let text: string | null = null
  let former = counts
  let turn: Promise<unknown> = Promise.resolve()
  const file: LockFileEffects = {
    path: 'rightsize.lock',
    read: async () => text,
    write: async (now) => {
      text = now
    },
    exclusively: (act) => {
      const mine = turn.then(act)
      turn = mine.catch(() => undefined)
      return mine
    },
    formerCounts: async () => former,
    dropFormerCounts: async () => {
      former = null
    },
  }
  return { ...openLedger(file), text: () => text }
}
