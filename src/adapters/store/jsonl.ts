import type { Store } from '../../contract/store.ts'
import { rowOf, type StoreRow } from '../files/stored-row.ts'
import type { Entry } from './jsonl/entry.ts'
import { type JournalOptions, openJournal } from './jsonl/journal.ts'

/** The rows that a journal is read into. */
export interface HeldRows extends Store {
  rows(): Iterable<StoreRow>
  putRow(row: StoreRow): void
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

/** Does to the rows what an entry says. */
export function apply(rows: HeldRows, entry: Entry): void {
  if ('table' in entry) rows.putRow(entry)
  else rows.prune(entry.prune)
}
