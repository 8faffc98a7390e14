import { RightsizeError } from '../../../core/error/error.ts'
import { rowChecksum, rowName, type StoreRow, tableNames } from '../../files/stored-row.ts'
import { type Connection, connect } from './connection.ts'
import { rowPages } from './rows.ts'
import { prepareSchema } from './schema.ts'

/** All rows that match their checksum and the names of the others; or why SQLite cannot read the file. Throws STORE_NEWER. */
export function wholeRows(
  path: string,
):
  | { readonly rows: readonly StoreRow[]; readonly damaged: readonly string[] }
  | { readonly failure: string } {
  let db: Connection | null = null
  try {
    db = connect(path)
    prepareSchema(db)
    const faults = db.once('PRAGMA integrity_check(1)').flatMap((row) => Object.values(row))
    if (faults[0] !== 'ok') return { failure: `${path}: ${faults[0]}` }
    return readAll(db)
  } catch (cause) {
    if (!(cause instanceof RightsizeError) || cause.code === 'STORE_NEWER') throw cause
    return { failure: cause.message }
  } finally {
    db?.close()
  }
}

function readAll(db: Connection) {
  const rows: StoreRow[] = []
  const damaged: string[] = []
  for (const table of tableNames)
    for (const page of rowPages(db, table))
      for (const { cells, sum } of page)
        if (sum === rowChecksum({ table, cells })) rows.push({ table, cells })
        else damaged.push(rowName({ table, cells }))
  return { rows, damaged }
}
