import type { Cell } from '../../files/stored-row.ts'

/** One image of a database page, from the file or from its write-ahead log. */
export interface Page {
  readonly number: number
  readonly bytes: Buffer
}

/** A record of a b-tree, with the kind of tree it lies in. */
export interface PageRecord {
  readonly tree: 'table' | 'index'
  readonly cells: readonly Cell[]
}

/** Kinds of b-tree pages by their first byte. Source: sqlite.org/fileformat2.html, section 1.6. */
const kinds: Readonly<
  Record<number, { readonly tree: PageRecord['tree']; readonly head: number }>
> = {
  2: { tree: 'index', head: 12 },
  10: { tree: 'index', head: 8 },
  13: { tree: 'table', head: 8 },
}
/** An inner page of a table: it holds no rows. */
const innerTable = 5

export interface PageContent {
  readonly records: readonly PageRecord[]
  /** Pages that hold the ends of long records. */
  readonly overflow: readonly number[]
  /** Cells that are no records, or all of the page where it is no b-tree. */
  readonly unread: boolean
}

/** The records of a page, whatever state it is in; `pageAt` finds the pages on which long ones go on. */
export function readPage(page: Page, pageAt: (number: number) => Buffer | null): PageContent {
  const { bytes } = page
  const base = page.number === 1 ? 100 : 0
  const type = bytes[base] ?? 0
  const kind = kinds[type]
  if (kind === undefined) return { records: [], overflow: [], unread: type !== innerTable }
  const records: PageRecord[] = []
  const overflow: number[] = []
  let unread = false
  const count = bytes.readUInt16BE(base + 3)
  for (let i = 0; i < count; i++) {
    try {
      const at = bytes.readUInt16BE(base + kind.head + 2 * i)
      const payload = payloadAt(bytes, at, type, { pageAt, overflow })
      records.push({ tree: kind.tree, cells: recordCells(payload) })
    } catch {
      unread = true
    }
  }
  return { records, overflow, unread }
}

interface Chain {
  readonly pageAt: (number: number) => Buffer | null
  readonly overflow: number[]
}

/** The bytes of one cell with those on overflow pages. Sections 1.5 and 1.6 of the format. */
function payloadAt(page: Buffer, at: number, type: number, chain: Chain): Buffer {
  let from = type === 2 ? at + 4 : at
  const size = varint(page, from)
  from = size.next
  if (type === 13) from = varint(page, from).next
  const local = localBytes(size.value, page.length, type === 13)
  const first = page.subarray(from, from + local)
  if (local === size.value) return complete(first, size.value)
  const parts = [first]
  let missing = size.value - local
  for (let next = page.readUInt32BE(from + local); missing > 0; ) {
    const bytes = chain.pageAt(next)
    if (bytes === null) throw new RangeError('an overflow page is missing')
    chain.overflow.push(next)
    const part = bytes.subarray(4, Math.min(bytes.length, 4 + missing))
    parts.push(part)
    missing -= part.length
    next = bytes.readUInt32BE(0)
  }
  return complete(Buffer.concat(parts), size.value)
}

function complete(bytes: Buffer, size: number): Buffer {
  if (bytes.length !== size) throw new RangeError('a record is cut short')
  return bytes
}

/** How much of a payload lies on its own page. Section 1.6; no bytes are reserved in our files. */
function localBytes(size: number, usable: number, table: boolean): number {
  const most = table ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
  if (size <= most) return size
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const rest = least + ((size - least) % (usable - 4))
  return rest <= most ? rest : least
}

/** Section 2.1: a header of serial types, then the values. */
function recordCells(bytes: Buffer): readonly Cell[] {
  const head = varint(bytes, 0)
  const cells: Cell[] = []
  let body = head.value
  for (let at = head.next; at < head.value; ) {
    const { value: type, next } = varint(bytes, at)
    at = next
    const size = sizeOf(type)
    if (body + size > bytes.length) throw new RangeError('a value is cut short')
    cells.push(cellAt(bytes.subarray(body, body + size), type))
    body += size
  }
  return cells
}

function sizeOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2)
  const size = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type]
  if (size === undefined) throw new RangeError('a value of no type')
  return size
}

function cellAt(bytes: Buffer, type: number): Cell {
  if (type >= 12) return bytes.toString('utf8')
  if (type === 0) return null
  if (type === 7) return bytes.readDoubleBE(0)
  if (type === 6) return Number(bytes.readBigInt64BE(0))
  return type >= 8 ? type - 8 : bytes.readIntBE(0, bytes.length)
}

/** Section 1.6: seven bits a byte, the ninth byte whole. */
function varint(bytes: Buffer, from: number): { readonly value: number; readonly next: number } {
  let value = 0
  for (let at = from; at < from + 9; at++) {
    const byte = bytes.readUInt8(at)
    if (at === from + 8) return { value: value * 256 + byte, next: at + 1 }
    value = value * 128 + (byte & 127)
    if (byte < 128) return { value, next: at + 1 }
  }
  throw new RangeError('unreachable')
}
