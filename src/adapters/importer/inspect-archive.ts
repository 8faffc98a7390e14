import { crc32, inflateRawSync } from 'node:zlib'
import { Decompress } from 'fzstd'
import { RightsizeError } from '../../core/error/error.ts'

/** Largest member that is unpacked, bytes: a bomb ends here. */
const largest = 500_000_000
const endMark = 0x06054b50
const wideEndMark = 0x06064b50
const entryMark = 0x02014b50

export const isArchive = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

/**
 * The JSON of an inspect_ai `.eval` archive, in the form of its JSON log: header.json and samples/*.json. Throws
 * IMPORT_FORMAT for a broken archive, and for a member whose checksum is not that of its text.
 * Source: PKWARE's APPNOTE 6.3.10, sections 4.3.12 and 4.3.16.
 */
export function logOfArchive(bytes: Uint8Array, path: string): string {
  const members = membersOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), path)
  const header = members.get('header.json')
  if (header === undefined) throw broken(path, 'holds no header.json')
  const samples = [...members].flatMap(([name, text]) =>
    /^samples\/.*\.json$/.test(name) ? [text] : [],
  )
  return `${header.trim().replace(/\}$/, '')},"samples":[${samples.join(',')}]}`
}

function membersOf(data: Buffer, path: string): ReadonlyMap<string, string> {
  let end = data.length - 22
  while (end >= 0 && data.readUInt32LE(end) !== endMark) end--
  if (end < 0)
    throw broken(path, 'has no directory at its end: it was cut, or is still being written')
  const members = new Map<string, string>()
  let { at, count } = directoryOf(data, end, path)
  for (; count > 0; count--) {
    if (at + 46 > data.length || data.readUInt32LE(at) !== entryMark)
      throw broken(path, 'has a broken directory')
    const length = data.readUInt16LE(at + 28)
    const name = data.toString('utf8', at + 46, at + 46 + length)
    if (name.endsWith('.json')) members.set(name, memberText(data, at, name, path))
    at += 46 + length + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32)
  }
  return members
}

/** Where the directory begins and how many entries it has; an archive of 65,535 members or more states it in a wide record. */
function directoryOf(data: Buffer, end: number, path: string): { at: number; count: number } {
  const [at, count] = [data.readUInt32LE(end + 16), data.readUInt16LE(end + 10)]
  if (at < 0xffffffff && count < 0xffff) return { at, count }
  const wide = end < 20 ? -1 : Number(data.readBigUInt64LE(end - 12))
  if (wide < 0 || wide + 56 > data.length || data.readUInt32LE(wide) !== wideEndMark)
    throw broken(path, 'has a broken directory')
  return {
    at: Number(data.readBigUInt64LE(wide + 48)),
    count: Number(data.readBigUInt64LE(wide + 32)),
  }
}

function memberText(data: Buffer, at: number, name: string, path: string): string {
  const method = data.readUInt16LE(at + 10)
  const size = data.readUInt32LE(at + 20)
  const local = data.readUInt32LE(at + 42)
  if (local + 30 > data.length) throw broken(path, `has no ${name}`)
  const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28)
  const packed = data.subarray(start, start + size)
  const unpack = unpackers[method]
  if (unpack === undefined) throw broken(path, `packs ${name} by method ${method}, not known here`)
  const text = unpacked(unpack, packed)
  if (text === null || crc32(text) !== data.readUInt32LE(at + 16))
    throw broken(path, `has a broken ${name}`)
  return text.toString('utf8')
}

type Unpack = (packed: Buffer) => Buffer

/** null where the bytes are no such packing. */
function unpacked(unpack: Unpack, packed: Buffer): Buffer | null {
  try {
    return unpack(packed)
  } catch {
    return null
  }
}

/** By the number of the method: stored, deflated, and Zstandard, which inspect_ai writes (Node.js has it from 22.15 only). */
export const unpackers: Readonly<Record<number, Unpack>> = {
  0: (packed) => packed,
  8: (packed) => inflateRawSync(packed, { maxOutputLength: largest }),
  93: zstandard,
}

/** Piece by piece, so that a bomb ends at the limit. */
function zstandard(packed: Buffer): Buffer {
  const pieces: Uint8Array[] = []
  let size = 0
  const stream = new Decompress((piece) => {
    size += piece.length
    if (size > largest) throw new RangeError('larger than any log')
    pieces.push(piece)
  })
  stream.push(packed, true)
  return Buffer.concat(pieces)
}

const broken = (path: string, what: string) =>
  new RightsizeError('IMPORT_FORMAT', `The archive ${what}.`, {
    at: path,
    next: 'Write the log as JSON and import that: inspect log convert LOG.eval --to json --output-dir DIR',
  })
