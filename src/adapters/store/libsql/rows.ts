import { RightsizeError } from '../../../core/error/error.ts'
import {
  columns,
  keyColumns,
  rowChecksum,
  rowName,
  type StoreRow,
  type TableName,
} from '../../files/stored-row.ts'
import type { Connection, Row } from './connection.ts'

/** Rows in one statement: neither a lock is held for long nor are all rows in memory. */
const rowsPerPage = 2000

/** A row as it lies in a table, which need not be as it was written. */
export interface FoundRow extends StoreRow {
  readonly sum: string
  /** The values of its key columns, as SQL literals. */
  readonly place: readonly string[]
  /** Whether all of it is text, where it should be. */
  readonly readable: boolean
}

/**
 * What a query selects of a table. Text comes as bytes: libsql 0.5 ends the process on text that is not UTF-8. A number that
 * has become something else is null.
 */
export function selection(table: TableName): string {
  const cells = [...columns[table], 'sum'].map((name) => `CAST(${name} AS BLOB) AS ${name}`)
  const typed = cells.map((cell) => cell.replace('CAST(score AS BLOB)', numberSql))
  return `${typed.join(', ')} FROM ${table}`
}

const numberSql = "CASE WHEN typeof(score) IN ('real', 'integer') THEN score END"

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

export function cellOf(raw: Row[string] | undefined): string | number | null {
  if (raw instanceof ArrayBuffer) return utf8.decode(raw)
  return typeof raw === 'bigint' ? Number(raw) : (raw ?? null)
}

const cellsOf = (table: TableName, raw: Row): StoreRow['cells'] =>
  columns[table].map((name) => cellOf(raw[name]))

/** The rows of a query over `selection(table)`, each compared with its checksum. Throws STORE_DAMAGED, which names the row. */
export function checkedRows(
  db: Connection,
  table: TableName,
  raws: readonly Row[],
): readonly StoreRow['cells'][] {
  return raws.map((raw) => {
    const cells = cellsOf(table, raw)
    if (cellOf(raw['sum']) === rowChecksum({ table, cells })) return cells
    throw new RightsizeError('STORE_DAMAGED', `${db.path}: ${rowName({ table, cells })}`)
  })
}

/** All rows of a table in the order of their keys, whether they match their checksum or not. */
export function* rowPages(db: Connection, table: TableName): Generator<readonly FoundRow[]> {
  // With the table's name: a bare one would mean the selected bytes, which no index orders.
  const key = keyColumns[table].map((name) => `${table}.${name}`)
  const keys = keyColumns[table].map((name) => `CAST(${name} AS BLOB) AS place_${name}`).join(', ')
  let after = ''
  for (;;) {
    const sql = `SELECT ${keys}, ${selection(table)} ${after} ORDER BY ${key.join(', ')} LIMIT ${rowsPerPage}`
    const rows = db.once(sql).map((raw) => foundRow(table, raw))
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = `WHERE (${key.join(', ')}) > (${last.place.join(', ')})`
  }
}

function foundRow(table: TableName, raw: Row): FoundRow {
  const place = keyColumns[table].map((name) => {
    const bytes = Buffer.from(raw[`place_${name}`] as ArrayBuffer)
    return name === 'id' ? bytes.toString('latin1') : `CAST(x'${bytes.toString('hex')}' AS TEXT)`
  })
  const cells = cellsOf(table, raw)
  const readable = columns[table].every((name) => name === 'score' || isText(raw[name]))
  return { table, cells, place, readable, sum: String(cellOf(raw['sum'])) }
}

const isText = (raw: Row[string] | undefined): boolean => {
  if (!(raw instanceof ArrayBuffer)) return false
  return Buffer.from(raw).equals(Buffer.from(utf8.decode(raw)))
}

/** The condition that finds one row. */
export const placeSql = (table: TableName, place: readonly string[]): string =>
  `(${keyColumns[table].join(', ')}) = (${place.join(', ')})`
