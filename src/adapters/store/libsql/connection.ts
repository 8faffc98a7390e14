import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { RightsizeError } from '../../../core/error/error.ts'

/** What may be stored. libsql 0.5 ends the process on a Buffer, Date or boolean, so the type stops them here. */
type Cell = string | number | bigint | null
/** What a query returns; bytes where it asks for a BLOB. */
export type Row = Readonly<Record<string, Cell | ArrayBuffer>>

/** The only door to libsql: parameters always go in as an array, rows come out without its `_metadata`. */
export interface Connection {
  readonly path: string
  exec(sql: string): void
  run(sql: string, cells: readonly Cell[]): number
  all(sql: string, cells: readonly Cell[]): readonly Row[]
  /** The same for a statement that is not asked again. */
  once(sql: string): readonly Row[]
  /** One number, such as a count or a pragma. */
  number(sql: string): number
  /** Runs `work` in one write transaction; nothing of it stays when it throws. */
  write<T>(work: () => T): T
  close(): void
}

/** Waited for by a second run before it gives up on a lock. */
const busyMs = 60_000

/** Opens or creates a database file. WAL and synchronous=FULL: a kill loses at most the open transaction. */
export function connect(path: string): Connection {
  const db = translate(path, () => new Database(path))
  // The Database has no cache of its own; a run asks the same ten statements thousands of times.
  const statements = new Map<string, ReturnType<typeof db.prepare>>()
  const prepared = (sql: string): ReturnType<typeof db.prepare> => {
    const known = statements.get(sql)
    if (known) return known
    const fresh = db.prepare(sql)
    statements.set(sql, fresh)
    return fresh
  }
  const exec = (sql: string): void => translate(path, () => void db.exec(sql))
  const all = (sql: string, cells: readonly Cell[]): readonly Row[] =>
    translate(path, () =>
      prepared(sql)
        .all([...cells].map(checked))
        .map(withoutMetadata),
    )
  const once = (sql: string): readonly Row[] =>
    translate(path, () => db.prepare(sql).all([]).map(withoutMetadata))
  exec(`PRAGMA busy_timeout = ${busyMs}`)
  return {
    path,
    exec,
    all,
    once,
    run: (sql, cells) => translate(path, () => prepared(sql).run([...cells].map(checked)).changes),
    number: (sql) => Number(Object.values(all(sql, [])[0] ?? {})[0] ?? 0),
    write: (work) => translate(path, () => inTransaction(exec, work)),
    close: () => {
      statements.clear()
      db.close()
    },
  }
}

/** IMMEDIATE takes the write lock at once: two runs wait for each other instead of failing half-way. */
function inTransaction<T>(exec: (sql: string) => void, work: () => T): T {
  exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    exec('COMMIT')
    return result
  } catch (cause) {
    try {
      exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself on a full disk
    }
    throw cause
  }
}

/** The types are the compiler's word only; a value from JSON must not be able to end the process. */
function checked(cell: Cell): Cell {
  if (cell === null || ['string', 'number', 'bigint'].includes(typeof cell)) return cell
  throw new RightsizeError('STORE_UNREADABLE', `a ${typeof cell} cannot be stored`, {
    next: 'This is a fault of rightsize or of an adapter: please report it.',
  })
}

function withoutMetadata(row: unknown): Row {
  const { _metadata, ...cells } = row as Row & { _metadata?: unknown }
  return cells
}

function translate<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    throw storeError(path, cause)
  }
}

function storeError(path: string, cause: unknown): RightsizeError {
  const { code = '', message = String(cause) } = cause as { code?: string; message?: string }
  const text = `${path}: ${message}`
  if (code.startsWith('SQLITE_FULL') || (/IOERR|disk I\/O/i.test(code + message) && noSpace(path)))
    return new RightsizeError('STORE_FULL', text, { cause })
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return new RightsizeError('STORE_BUSY', text, { cause })
  if (code.startsWith('SQLITE_CORRUPT')) return new RightsizeError('STORE_DAMAGED', text, { cause })
  return new RightsizeError('STORE_UNREADABLE', text, { cause })
}

function noSpace(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize < 1 << 20
  } catch {
    return false
  }
}
