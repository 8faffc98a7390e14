import { existsSync } from 'node:fs'
import { bytesNow } from '../../files/read-file.ts'
import {
  checksum,
  columns,
  keyColumns,
  outcomeOf,
  rowChecksum,
  rowName,
  type StoreRow,
  type TableName,
  tableNames,
} from '../../files/stored-row.ts'
import { type Page, type PageRecord, readPage } from './page.ts'

/** The rows that lie in the pages of a file, whatever SQLite can make of it. */
export interface Carved {
  readonly rows: readonly StoreRow[]
  readonly damaged: readonly string[]
  /** Pages in which not everything could be read, and those that are missing. */
  readonly unread: number
}

/**
 * Reads a database page by page, without SQLite, which gives up a file for one bad page and can end the process. Only rows that
 * match their checksum are kept, so that nothing is made up; of several images of one row the latest counts. In a file of
 * version 1, which has no checksums, rows count that are whole JSON.
 */
export function carve(path: string): Carved {
  const file = bytesNow(path, Number.POSITIVE_INFINITY)
  const log = existsSync(`${path}-wal`) ? bytesNow(`${path}-wal`) : Buffer.alloc(0)
  const size = pageSize(file)
  const former = file.length > 64 && file.readUInt32BE(60) === 1
  const pages = [...filePages(file, size), ...logPages(log, size)]
  const latest = new Map(pages.map(({ number, bytes }) => [number, bytes]))
  const ends = new Set<number>(freePages(file, latest))
  const unread = new Set<number>()
  const found = new FoundRows()
  for (const page of pages) {
    const content = readPage(page, (number) => latest.get(number) ?? null)
    for (const number of content.overflow) ends.add(number)
    if (content.unread) unread.add(page.number)
    for (const record of content.records) found.add(record, former)
  }
  const lost = [...unread].filter((number) => !ends.has(number)).length
  const missing = file.length < 32 ? 0 : file.readUInt32BE(28) - Math.floor(file.length / size)
  const absent = missing > 0 && missing < 1e6 ? missing : 0
  return { rows: found.rows(), damaged: found.damaged(), unread: lost + absent }
}

/** Rows by their keys, as they are found. */
class FoundRows {
  readonly #rows = new Map<string, StoreRow>()
  readonly #damaged = new Map<string, string>()
  /** Answers of which there are two: which of them a score belongs to cannot be told. */
  readonly #twice = new Set<string>()

  add(record: PageRecord, former: boolean): void {
    const table = tableOf(record, former)
    if (table === null) return
    const from = table === 'windows' ? 1 : 0
    const cells = record.cells.slice(from, from + columns[table].length)
    const row: StoreRow = { table, cells }
    const key = keyOf(row)
    if (former ? !isWhole(row) : record.cells.at(-1) !== rowChecksum(row)) {
      this.#damaged.set(key, rowName(row))
      return
    }
    const before = this.#rows.get(key)
    if (table === 'outcomes' && before !== undefined) {
      const [known, other] = [outcomeOf(before.cells), outcomeOf(cells)]
      if (known.answer !== other.answer) this.#twice.add(other.key)
      if (known.at > other.at) return
    }
    this.#rows.set(key, row)
  }

  rows(): readonly StoreRow[] {
    return [...this.#rows.values()].filter(
      ({ table, cells }) => table !== 'scores' || !this.#twice.has(String(cells[0])),
    )
  }

  damaged(): readonly string[] {
    return [...this.#damaged].filter(([key]) => !this.#rows.has(key)).map(([, name]) => name)
  }
}

/** The table that a record is a row of, by its tree and number of cells; null for those of indexes and of SQLite itself. */
function tableOf({ tree, cells }: PageRecord, former: boolean): TableName | null {
  const more = former ? 0 : 1
  const table = tableNames.find((name) =>
    name === 'windows'
      ? tree === 'table' && cells.length === columns.windows.length + 1 + more
      : tree === 'index' && cells.length === columns[name].length + more,
  )
  return table ?? null
}

function keyOf({ table, cells }: StoreRow): string {
  const parts = table === 'windows' ? cells : cells.slice(0, keyColumns[table].length)
  return checksum(JSON.stringify([table, ...parts]))
}

/** Whether the JSON of a row without a checksum can be read. */
function isWhole({ table, cells }: StoreRow): boolean {
  try {
    JSON.parse(String(cells[table === 'documents' ? 1 : 3]))
    return cells.every((cell) => !String(cell).includes('\ufffd'))
  } catch {
    return false
  }
}

/** The size that the header states, or the usual one where the header is damaged. */
function pageSize(file: Buffer): number {
  const stated = file.length < 18 ? 0 : file.readUInt16BE(16)
  return stated >= 512 && (stated & (stated - 1)) === 0 ? stated : 4096
}

function filePages(file: Buffer, size: number): readonly Page[] {
  return Array.from({ length: Math.floor(file.length / size) }, (_, i) => ({
    number: i + 1,
    bytes: file.subarray(i * size, (i + 1) * size),
  }))
}

/** Pages of the write-ahead log up to its last commit. Section 4.1: frames of older uses of the log have another salt. */
function logPages(log: Buffer, size: number): readonly Page[] {
  const pages: Page[] = []
  let committed = 0
  for (let at = 32; at + 24 + size <= log.length; at += 24 + size) {
    if (log.compare(log, 16, 24, at + 8, at + 16) !== 0) break
    pages.push({ number: log.readUInt32BE(at), bytes: log.subarray(at + 24, at + 24 + size) })
    if (log.readUInt32BE(at + 4) !== 0) committed = pages.length
  }
  return pages.slice(0, committed)
}

/** Pages that are not used: what they hold was dropped. Section 1.5 of the format. */
function freePages(file: Buffer, pages: ReadonlyMap<number, Buffer>): readonly number[] {
  const free = new Set<number>()
  let trunk = file.length < 36 ? 0 : file.readUInt32BE(32)
  while (trunk !== 0 && !free.has(trunk)) {
    const bytes = pages.get(trunk)
    if (bytes === undefined) break
    free.add(trunk)
    const count = Math.min(bytes.readUInt32BE(4), bytes.length / 4 - 2)
    for (let i = 0; i < count; i++) free.add(bytes.readUInt32BE(8 + 4 * i))
    trunk = bytes.readUInt32BE(0)
  }
  return [...free]
}
