import type {
  Store,
  StoredOutcome,
  StoredScore,
  StoredWindow,
  StoreWrite,
} from '../../contract/store.ts'

/** The store in memory, with the writes that would fill it again. */
export interface MemoryStore extends Store {
  writes(): Iterable<StoreWrite>
}

/** The store in memory: for tests, for `--fresh`, and where nothing may be written. */
export function createMemoryStore(): MemoryStore {
  const outcomes = new Map<string, StoredOutcome>()
  const scores = new Map<string, StoredScore>()
  const windows: StoredWindow[] = []
  const documents = new Map<string, string>()
  return {
    outcomes: (keys) => pick(outcomes, keys, (key) => key),
    putOutcomes: (rows) => {
      for (const row of rows) {
        const before = outcomes.get(row.key)
        if (before && before.answer !== row.answer) dropScores(scores, row.key)
        outcomes.set(row.key, row)
      }
    },
    scores: (keys, scorer) => pick(scores, keys, (key) => scoreKey(key, scorer)),
    putScores: (rows) => {
      for (const row of rows) scores.set(scoreKey(row.outcomeKey, row.scorer), row)
    },
    windows: (candidate, machine, meter) =>
      windows.filter(
        (row) =>
          row.candidateDigest === candidate && row.machine === machine && row.meter === meter,
      ),
    putWindow: (row) => void windows.push(row),
    getDocument: (digest) => documents.get(digest) ?? null,
    putDocument: (digest, json) => void documents.set(digest, json),
    stats: () => ({
      outcomes: outcomes.size,
      scores: scores.size,
      windows: windows.length,
      documents: documents.size,
      bytes: 0,
    }),
    prune: (before) => dropOlder(outcomes, scores, before),
    exportRows: () => exportRows({ outcomes, scores, windows, documents }),
    writes: () => writesOf({ outcomes, scores, windows, documents }),
    close: () => undefined,
  }
}

const scoreKey = (outcome: string, scorer: string): string => `${outcome}\n${scorer}`

function pick<T>(
  table: ReadonlyMap<string, T>,
  keys: readonly string[],
  place: (key: string) => string,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>()
  for (const key of keys) {
    const row = table.get(place(key))
    if (row !== undefined) found.set(key, row)
  }
  return found
}

function dropScores(scores: Map<string, StoredScore>, outcome: string): void {
  for (const [place, row] of scores) if (row.outcomeKey === outcome) scores.delete(place)
}

/** Outcomes written before that time go, with their scores; returns how many. */
function dropOlder(
  outcomes: Map<string, StoredOutcome>,
  scores: Map<string, StoredScore>,
  before: string,
): number {
  const old = [...outcomes.values()].filter((row) => row.at < before)
  for (const row of old) {
    outcomes.delete(row.key)
    dropScores(scores, row.key)
  }
  return old.length
}

interface Tables {
  readonly outcomes: ReadonlyMap<string, StoredOutcome>
  readonly scores: ReadonlyMap<string, StoredScore>
  readonly windows: readonly StoredWindow[]
  readonly documents: ReadonlyMap<string, string>
}

/** Outcomes before scores, since a changed outcome takes its scores away. One row each: no write grows with the store. */
function* writesOf(tables: Tables): Iterable<StoreWrite> & Generator {
  for (const row of tables.outcomes.values()) yield { outcomes: [row] }
  for (const row of tables.scores.values()) yield { scores: [row] }
  for (const window of tables.windows) yield { window }
  for (const document of tables.documents) yield { document }
}

function* exportRows(tables: Tables): ReturnType<Store['exportRows']> & Generator {
  const { outcomes, scores, windows, documents } = tables
  for (const row of outcomes.values())
    yield {
      table: 'outcomes',
      row: {
        key: row.key,
        item: row.itemDigest,
        candidate: row.candidateDigest,
        answer: row.answer,
        at: row.at,
      },
    }
  for (const row of scores.values())
    yield {
      table: 'scores',
      row: { outcome: row.outcomeKey, scorer: row.scorer, score: row.score, detail: row.detail },
    }
  for (const [id, row] of windows.entries())
    yield {
      table: 'windows',
      row: {
        id: id + 1,
        candidate: row.candidateDigest,
        machine: row.machine,
        meter: row.meter,
        reading: row.reading,
        at: row.at,
      },
    }
  for (const [digest, json] of documents) yield { table: 'documents', row: { digest, json } }
}
