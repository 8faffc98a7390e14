import type { Store } from '../../contract/store.ts'
import { holds, newOwner } from '../files/claimant.ts'
import type { Claims } from '../files/claims.ts'
import { rowOf, type StoreRow } from '../files/stored-row.ts'
import type { Entry } from './jsonl/entry.ts'
import { type Journal, type JournalOptions, openJournal } from './jsonl/journal.ts'

/** The rows that a journal is read into. */
export interface HeldRows extends Store {
  rows(): Iterable<StoreRow>
  putRow(row: StoreRow): void
  readonly claims: Claims
}

/**
 * The store as one file of JSON lines, one line a row, read into memory: what works where libsql is not installed. Safe for
 * two runs at once and for kill -9: what a put returned from is on disk, and a line that was cut short counts for nothing.
 * Errors: STORE_NEWER, STORE_UNREADABLE, STORE_FULL, STORE_DAMAGED.
 */
export function createJsonlStore(
  path: string,
  empty: () => HeldRows,
  options: JournalOptions = {},
): Store {
  const journal = openJournal(path, options)
  let rows = empty()
  /** The rows with what this and other processes have written by now. */
  const current = (): HeldRows => {
    const { anew, entries } = journal.news()
    if (anew) rows = empty()
    for (const entry of entries) apply(rows, entry)
    return rows
  }
  current()
  return {
    ...claiming(journal, current),
    outcomes: (keys) => current().outcomes(keys),
    putOutcomes: (outcomes) => journal.append(outcomes.map(rowOf.outcome)),
    scores: (keys, scorer) => current().scores(keys, scorer),
    putScores: (scores) => journal.append(scores.map(rowOf.score)),
    windows: (...address) => current().windows(...address),
    putWindow: (window) => journal.append([rowOf.window(window)]),
    getDocument: (digest) => current().getDocument(digest),
    putDocument: (digest, json) => journal.append([rowOf.document(digest, json)]),
    stats: () => ({ ...current().stats(), bytes: journal.bytes() }),
    prune: (before) => {
      const held = current().stats().outcomes
      journal.append([{ prune: before }])
      const left = current()
      journal.rewrite(left.rows())
      return held - left.stats().outcomes
    },
    exportRows: () => current().exportRows(),
    close: () => journal.close(),
  }
}

/** The first line of a claim counts: whoever reads the journal comes to the same. */
function claiming(journal: Journal, current: () => HeldRows): Pick<Store, 'claim' | 'release'> {
  const owner = newOwner()
  return {
    claim(keys, { now, until }) {
      const claim = { owner, since: now, until }
      const others = current().claims.others(keys, owner)
      if (others.some((there) => holds(there, claim))) return false
      const over = [...new Set(others.map((there) => there.owner))]
      journal.append([{ claim: { ...claim, keys, over } }])
      const { claims } = current()
      return keys.every((key) => claims.ownerOf(key) === owner)
    },
    release: (keys) => journal.append([{ release: { keys, owner } }]),
  }
}

/** Does to the rows what an entry says. */
export function apply(rows: HeldRows, entry: Entry): void {
  if ('table' in entry) rows.putRow(entry)
  else if ('prune' in entry) rows.prune(entry.prune)
  else if ('release' in entry) rows.claims.free(entry.release.keys, entry.release.owner)
  else rows.claims.settle(entry.claim.keys, entry.claim, entry.claim.over)
}
