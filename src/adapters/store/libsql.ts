import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Store, StoredOutcome } from '../../contract/store.ts'
import { RightsizeError } from '../../core/error/error.ts'
import {
  columns,
  namedRows,
  outcomeOf,
  rowChecksum,
  rowName,
  rowOf,
  type StoreRow,
  scoreOf,
  type TableName,
  tableNames,
  windowOf,
} from '../files/stored-row.ts'
import { claiming } from './libsql/claiming.ts'
import { type Connection, connect } from './libsql/connection.ts'
import { checkedRows, rowPages, selection } from './libsql/rows.ts'
import { prepareSchema } from './libsql/schema.ts'

export interface LibsqlOptions {
  /** Size above which writes fail as on a full disk; no limit unless said. */
  readonly maxBytes?: number
}

export interface LibsqlStore extends Store {
  /** Puts rows of any table, in one transaction. */
  put(rows: readonly StoreRow[]): void
  /** Brings everything into the one file, so that it may be moved. */
  settle(): void
}

/** Keys asked for in one statement: long lists are cut so that no statement grows without bound. */
const keysPerQuery = 2000

/**
 * The store in one SQLite file, made when it is not there. Safe for two runs at once and for kill -9: what a put
 * returned from is on disk. Errors: STORE_NEWER, STORE_UNREADABLE, STORE_FULL, STORE_BUSY, STORE_DAMAGED.
 */
export function createLibsqlStore(path: string, options: LibsqlOptions = {}): LibsqlStore {
  const db = openFile(path)
  const put = (rows: readonly StoreRow[]): void =>
    db.write(() => rows.forEach((row) => void putRow(db, row)))
  if (options.maxBytes !== undefined)
    db.exec(`PRAGMA max_page_count = ${pagesOf(db, options.maxBytes)}`)
  return {
    ...claiming(db),
    outcomes: (keys) =>
      byKey(ask(db, 'outcomes', outcomesSql, keys).map(outcomeOf), (row) => row.key),
    putOutcomes: (rows) => db.write(() => rows.forEach((row) => void putOutcome(db, row))),
    scores: (keys, scorer) =>
      byKey(ask(db, 'scores', scoresSql, keys, [scorer]).map(scoreOf), (row) => row.outcomeKey),
    putScores: (rows) => put(rows.map(rowOf.score)),
    windows: (...address) => checkedRows(db, 'windows', db.all(windowsSql, address)).map(windowOf),
    putWindow: (row) => put([rowOf.window(row)]),
    getDocument: (digest) => {
      const row = checkedRows(db, 'documents', db.all(documentSql, [digest]))[0]
      return row === undefined ? null : String(row[1])
    },
    putDocument: (digest, json) => put([rowOf.document(digest, json)]),
    stats: () => statsOf(db),
    prune: (before) => prune(db, before),
    exportRows: () => namedRows(rowsIn(db)),
    close: () => db.close(),
    put,
    settle: () => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
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

const ofKeys = 'IN (SELECT value FROM json_each(?))'
const outcomesSql = `SELECT ${selection('outcomes')} WHERE outcomes.key ${ofKeys}`
const scoresSql = `SELECT ${selection('scores')} WHERE scores.outcome ${ofKeys} AND scores.scorer = ?`
const windowsSql = `SELECT ${selection('windows')}
  WHERE windows.candidate = ? AND windows.machine = ? AND windows.meter = ? ORDER BY id`
const documentSql = `SELECT ${selection('documents')} WHERE documents.digest = ?`

function ask(
  db: Connection,
  table: TableName,
  sql: string,
  keys: readonly string[],
  more: readonly string[] = [],
): readonly StoreRow['cells'][] {
  const rows: StoreRow['cells'][] = []
  for (let at = 0; at < keys.length; at += keysPerQuery) {
    const some = JSON.stringify(keys.slice(at, at + keysPerQuery))
    for (const row of checkedRows(db, table, db.all(sql, [some, ...more]))) rows.push(row)
  }
  return rows
}

function byKey<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [key(row), row]))
}

/** A newer answer replaces an expired one; scores of the answer that it replaces go with it. */
function putOutcome(db: Connection, row: StoredOutcome): void {
  db.run(
    'DELETE FROM scores WHERE outcome = ? AND EXISTS (SELECT 1 FROM outcomes WHERE key = ? AND answer <> ?)',
    [row.key, row.key, row.answer],
  )
  putRow(db, rowOf.outcome(row))
}

/** Puts a row with its checksum, in the place of one with the same key. */
function putRow(db: Connection, row: StoreRow): void {
  db.run(putSql[row.table], [...row.cells, rowChecksum(row)])
}

const putSql = Object.fromEntries(
  tableNames.map((table) => {
    const names = [...columns[table], 'sum']
    const marks = names.map(() => '?').join(', ')
    return [table, `INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${marks})`]
  }),
) as Readonly<Record<TableName, string>>

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

/** Page by page, so that an export neither holds a lock nor all rows. */
function* rowsIn(db: Connection): Generator<StoreRow> {
  for (const table of tableNames)
    for (const rows of rowPages(db, table))
      for (const { cells, sum } of rows) {
        const row = { table, cells }
        if (sum !== rowChecksum(row))
          throw new RightsizeError('STORE_DAMAGED', `${db.path}: ${rowName(row)}`)
        yield row
      }
}
