import { canonicalBytes } from '../data/canonical.ts'
import type { Lock } from '../result/lock.ts'
import type { SignedEntry, Statement } from '../result/lock-signature.ts'

/** The entries of a lock with the digest of each, whatever the order of its lines, line ends, and marks of a merge. */
export function entriesOf(
  { decisions, looks, sets }: Lock,
  digest: (bytes: Uint8Array) => string,
): readonly SignedEntry[] {
  const of = (entry: unknown): string => digest(canonicalBytes(entry))
  return [
    ...Object.values(decisions).map((one) => ({
      ...{ kind: 'decision' as const, name: one.task.name, at: one.decidedAt, digest: of(one) },
    })),
    ...looks.map((one) => ({ kind: 'look' as const, name: one.key, at: one.at, digest: of(one) })),
    ...Object.entries(sets).map(([name, items]) => ({
      ...{ kind: 'set' as const, name, at: '', digest: of(items) },
    })),
  ]
}

/**
 * What of a lock is not as it was signed, by name. Every entry must be covered by one of the statements, so that the lock of
 * a merge is covered by those of both branches; and every entry of every statement must be there, so that a look cannot be
 * taken out. A decision may have been replaced by a later one of its task.
 */
export function unsigned(
  entries: readonly SignedEntry[],
  statements: readonly Statement[],
): readonly string[] {
  const covered = new Set(statements.flatMap((one) => one.entries.map(({ digest }) => digest)))
  const there = new Set(entries.map(({ digest }) => digest))
  const named = new Map(entries.map((one) => [placeOf(one), one]))
  const faults = entries
    .filter(({ digest }) => !covered.has(digest))
    .map((one) => `${nameOf(one)} is not signed as it stands`)
  for (const one of statements.flatMap((statement) => statement.entries)) {
    if (there.has(one.digest)) continue
    const now = named.get(placeOf(one))
    if (now === undefined) faults.push(`${nameOf(one)} was signed and is gone`)
    else if (one.kind === 'decision' ? now.at <= one.at : !covered.has(now.digest))
      faults.push(`${nameOf(one)} was changed after it was signed`)
  }
  return [...new Set(faults)]
}

const placeOf = ({ kind, name }: SignedEntry): string => `${kind} ${name}`

function nameOf({ kind, name, at }: SignedEntry): string {
  if (kind === 'decision') return `the decision for "${name}" of ${at}`
  return kind === 'look' ? `look ${name} of ${at}` : `the set of items ${name}`
}
