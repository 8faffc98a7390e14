import type { Store, StoreWrite } from '../../contract/store.ts'
import { type JournalOptions, openJournal } from './jsonl/journal.ts'

/** The rows that a journal is read into. */
export interface HeldRows extends Store {
  writes(): Iterable<StoreWrite>
}

/**
 * The store as one file of JSON lines, one line a write, read into memory: what works where libsql is not installed. Safe for
 * two runs at once and for kill -9: what a put returned from is on disk, and a line that was cut short counts for nothing.
 * Errors: STORE_NEWER, STORE_UNREADABLE, STORE_FULL.
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
    const { anew, writes } = journal.news()
    if (anew) rows = empty()
    for (const write of writes) apply(rows, write)
    return rows
  }
  current()
  return {
    outcomes: (keys) => current().outcomes(keys),
    putOutcomes: (outcomes) => journal.append({ outcomes }),
    scores: (keys, scorer) => current().scores(keys, scorer),
    putScores: (scores) => journal.append({ scores }),
    windows: (...address) => current().windows(...address),
    putWindow: (window) => journal.append({ window }),
    getDocument: (digest) => current().getDocument(digest),
    putDocument: (digest, json) => journal.append({ document: [digest, json] }),
    stats: () => ({ ...current().stats(), bytes: journal.bytes() }),
    prune: (before) => {
      const held = current().stats().outcomes
      journal.append({ prune: before })
      const left = current()
      journal.rewrite(left.writes())
      return held - left.stats().outcomes
    },
    exportRows: () => current().exportRows(),
    close: () => journal.close(),
  }
}

function apply(rows: Store, write: StoreWrite): void {
  if ('outcomes' in write) rows.putOutcomes(write.outcomes)
  else if ('scores' in write) rows.putScores(write.scores)
  else if ('window' in write) rows.putWindow(write.window)
  else if ('document' in write) rows.putDocument(...write.document)
  else if ('prune' in write) rows.prune(write.prune)
}
