import type { Store, StoredOutcome, StoredScore, StoredWindow } from '../../contract/store.ts'
import { newOwner } from '../files/claimant.ts'
import { type Claims, createClaims } from '../files/claims.ts'
import {
  namedRows,
  outcomeOf,
  rowOf,
  type StoreRow,
  scoreOf,
  windowOf,
} from '../files/stored-row.ts'

/** The store in memory, with the rows that would fill it again. */
export interface MemoryStore extends Store {
  rows(): Iterable<StoreRow>
  putRow(row: StoreRow): void
  readonly claims: Claims
}

/** The store in memory: for tests, for `--fresh`, and where nothing may be written. */
export function createMemoryStore(): MemoryStore {
  const outcomes = new Map<string, StoredOutcome>()
  const scores = new Map<string, StoredScore>()
  const windows: StoredWindow[] = []
  const documents = new Map<string, string>()
  const rows = () => rowsOf({ outcomes, scores, windows, documents })
  const claims = createClaims()
  const store: Store = {
    ...claiming(claims),
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
      for (const row of rows.map((one) => scoreOf(rowOf.score(one).cells)))
        scores.set(scoreKey(row.outcomeKey, row.scorer), row)
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
    exportRows: () => namedRows(rows()),
    close: () => undefined,
  }
  return { ...store, rows, claims, putRow: (row) => putRow(store, row) }
}

/** One user alone: it waits for nobody. */
function claiming(claims: Claims): Pick<Store, 'claim' | 'release'> {
  const owner = newOwner()
  return {
    claim: (keys, { now, until }) => claims.take(keys, { owner, since: now, until }),
    release: (keys) => claims.free(keys, owner),
  }
}

function putRow(store: Store, { table, cells }: StoreRow): void {
  if (table === 'outcomes') store.putOutcomes([outcomeOf(cells)])
  else if (table === 'scores') store.putScores([scoreOf(cells)])
  else if (table === 'windows') store.putWindow(windowOf(cells))
  else store.putDocument(String(cells[0]), String(cells[1]))
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

/** Outcomes before scores, since a changed outcome takes its scores away. */
function* rowsOf(tables: Tables): Generator<StoreRow> {
  for (const row of tables.outcomes.values()) yield rowOf.outcome(row)
  for (const row of tables.scores.values()) yield rowOf.score(row)
  for (const window of tables.windows) yield rowOf.window(window)
  for (const [digest, json] of tables.documents) yield rowOf.document(digest, json)
}
