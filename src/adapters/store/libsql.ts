import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Store, StoredOutcome, StoredScore, StoredWindow } from '../../contract/store.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type Connection, connect, type Row } from './libsql/connection.ts'
import { prepareSchema } from './libsql/schema.ts'

export interface LibsqlOptions {
  /** Size above which writes fail as on a full disk; no limit unless said. */
  readonly maxBytes?: number
}

/** Keys asked for in one statement: long lists are cut so that no statement grows without bound. */
const keysPerQuery = 2000

/**
 * The store in one SQLite file, made when it is not there. Safe for two runs at once and for kill -9: what a put
 * returned from is on disk. Errors: STORE_NEWER, STORE_UNREADABLE, STORE_FULL, STORE_BUSY.
 */
export function createLibsqlStore(path: string, options: LibsqlOptions = {}): Store {
  const db = openFile(path)
  if (options.maxBytes !== undefined)
    db.exec(`PRAGMA max_page_count = ${pagesOf(db, options.maxBytes)}`)
  return {
    outcomes: (keys) => byKey(ask(db, outcomesSql, keys).map(outcomeOf), (row) => row.key),
    putOutcomes: (rows) => db.write(() => rows.forEach((row) => void putOutcome(db, row))),
    scores: (keys, scorer) =>
      byKey(ask(db, scoresSql, keys, [scorer]).map(scoreOf), (row) => row.outcomeKey),
    putScores: (rows) => db.write(() => rows.forEach((row) => void putScore(db, row))),
    windows: (...address) => db.all(windowsSql, address).map(windowOf),
    putWindow: (row) => db.write(() => void db.run(putWindowSql, windowCells(row))),
    getDocument: (digest) => {
      const row = db.all('SELECT json FROM documents WHERE digest = ?', [digest])[0]
      return row === undefined ? null : String(row['json'])
    },
    putDocument: (digest, json) =>
      db.write(() => void db.run('INSERT OR REPLACE INTO documents VALUES (?, ?)', [digest, json])),
    stats: () => statsOf(db),
    prune: (before) => prune(db, before),
    exportRows: () => exportRows(db),
    close: () => db.close(),
  }
}

function openFile(path: string): Connection {
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (cause) {
    throw new RightsizeError('STORE_UNREADABLE', `${dirname(path)} cannot be made`, { cause })
  }
  const db = connect(path)
  try {
    prepareSchema(db)
  } catch (cause) {
    db.close()
    throw cause
  }
  return db
}

function pagesOf(db: Connection, bytes: number): number {
  return Math.max(1, Math.floor(bytes / db.number('PRAGMA page_size')))
}

const outcomesSql = 'SELECT * FROM outcomes WHERE key IN (SELECT value FROM json_each(?))'
const scoresSql =
  'SELECT * FROM scores WHERE outcome IN (SELECT value FROM json_each(?)) AND scorer = ?'
const windowsSql =
  'SELECT * FROM windows WHERE candidate = ? AND machine = ? AND meter = ? ORDER BY id'
const putWindowSql =
  'INSERT INTO windows (candidate, machine, meter, reading, at) VALUES (?, ?, ?, ?, ?)'

function ask(
  db: Connection,
  sql: string,
  keys: readonly string[],
  more: readonly string[] = [],
): readonly Row[] {
  const rows: Row[] = []
  for (let at = 0; at < keys.length; at += keysPerQuery)
    for (const row of db.all(sql, [JSON.stringify(keys.slice(at, at + keysPerQuery)), ...more]))
      rows.push(row)
  return rows
}

function byKey<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [key(row), row]))
}

const outcomeOf = (row: Row): StoredOutcome => ({
  key: String(row['key']),
  itemDigest: String(row['item']),
  candidateDigest: String(row['candidate']),
  answer: String(row['answer']),
  at: String(row['at']),
})

const scoreOf = (row: Row): StoredScore => ({
  outcomeKey: String(row['outcome']),
  scorer: String(row['scorer']),
  score: row['score'] === null ? null : Number(row['score']),
  detail: String(row['detail']),
})

const windowOf = (row: Row): StoredWindow => ({
  candidateDigest: String(row['candidate']),
  machine: String(row['machine']),
  meter: String(row['meter']),
  reading: String(row['reading']),
  at: String(row['at']),
})

const windowCells = (row: StoredWindow): readonly string[] => [
  row.candidateDigest,
  row.machine,
  row.meter,
  row.reading,
  row.at,
]

/** A newer answer replaces an expired one; scores of the answer that it replaces go with it. */
function putOutcome(db: Connection, row: StoredOutcome): void {
  db.run(
    'DELETE FROM scores WHERE outcome = ? AND EXISTS (SELECT 1 FROM outcomes WHERE key = ? AND answer <> ?)',
    [row.key, row.key, row.answer],
  )
  db.run('INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?)', [
    row.key,
    row.itemDigest,
    row.candidateDigest,
    row.answer,
    row.at,
  ])
}

function putScore(db: Connection, row: StoredScore): void {
  const cells = [row.outcomeKey, row.scorer, row.score, row.detail]
  db.run('INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?)', cells)
}

function statsOf(db: Connection): ReturnType<Store['stats']> {
  const count = (table: string): number => db.number(`SELECT count(*) FROM ${table}`)
  return {
    outcomes: count('outcomes'),
    scores: count('scores'),
    windows: count('windows'),
    documents: count('documents'),
    bytes: statSync(db.path).size,
  }
}

function prune(db: Connection, before: string): number {
  const dropped = db.write(() => {
    db.run('DELETE FROM scores WHERE outcome IN (SELECT key FROM outcomes WHERE at < ?)', [before])
    return db.run('DELETE FROM outcomes WHERE at < ?', [before])
  })
  // Gives the space back; needs room for a copy, so a full disk may refuse it and nothing is lost by that.
  if (dropped > 0) attempt(() => db.exec('VACUUM'))
  return dropped
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // see the caller
  }
}

/** Pages by key, so that an export neither holds a lock nor all rows. */
function* exportRows(db: Connection): ReturnType<Store['exportRows']> & Generator {
  for (const [table, ...key] of exported) {
    const columns = key.join(', ')
    const marks = key.map(() => '?').join(', ')
    const tail = `ORDER BY ${columns} LIMIT ${keysPerQuery}`
    let rows = db.all(`SELECT * FROM ${table} ${tail}`, [])
    for (let last = rows.at(-1); last; last = rows.at(-1)) {
      for (const row of rows) yield { table, row: plain(row) }
      const place = key.map((name) => last?.[name] ?? null)
      rows = db.all(`SELECT * FROM ${table} WHERE (${columns}) > (${marks}) ${tail}`, place)
    }
  }
}

/** Tables with the columns that their rows are ordered by. */
const exported = [
  ['outcomes', 'key'],
  ['scores', 'outcome', 'scorer'],
  ['windows', 'id'],
  ['documents', 'digest'],
] as const

function plain(row: Row): Readonly<Record<string, string | number | null>> {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      typeof cell === 'bigint' ? Number(cell) : cell,
    ]),
  )
}
