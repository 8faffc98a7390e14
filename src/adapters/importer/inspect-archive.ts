import * as zlib from 'node:zlib'
import { RightsizeError } from '../../core/error/error.ts'

/** Largest member that is unpacked, bytes: a bomb ends here. */
const largest = 500_000_000
const endMark = 0x06054b50
const entryMark = 0x02014b50

export const isArchive = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

/**
 * The JSON of an inspect_ai `.eval` archive, in the form of its JSON log: header.json and samples/*.json. Throws
 * IMPORT_FORMAT for a broken archive, and for one packed with Zstandard where this Node.js (below 22.15) has none.
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
  let at = data.readUInt32LE(end + 16)
  for (let left = data.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > data.length || data.readUInt32LE(at) !== entryMark)
      throw broken(path, 'has a broken directory')
    const length = data.readUInt16LE(at + 28)
    const name = data.toString('utf8', at + 46, at + 46 + length)
    if (name.endsWith('.json')) members.set(name, memberText(data, at, name, path))
    at += 46 + length + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32)
  }
  return members
}

function memberText(data: Buffer, at: number, name: string, path: string): string {
  const method = data.readUInt16LE(at + 10)
  const size = data.readUInt32LE(at + 20)
  const local = data.readUInt32LE(at + 42)
  if (local + 30 > data.length) throw broken(path, `has no ${name}`)
  const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28)
  const packed = data.subarray(start, start + size)
  if (method === 0) return packed.toString('utf8')
  const unpack = unpackers[method]?.()
  if (unpack === undefined)
    throw broken(path, `packs ${name} by method ${method}, which this Node.js does not have`)
  try {
    return unpack(packed, { maxOutputLength: largest }).toString('utf8')
  } catch {
    throw broken(path, `has a broken ${name}`)
  }
}

type Unpack = (packed: Buffer, options: { readonly maxOutputLength: number }) => Buffer

/** By the number of the method: deflated, and Zstandard, which inspect_ai writes since 2025 and Node.js reads since 22.15. */
const unpackers: Readonly<Record<number, () => Unpack | undefined>> = {
  8: () => zlib.inflateRawSync,
  93: () => Reflect.get(zlib, 'zstdDecompressSync') as Unpack | undefined,
}

const broken = (path: string, what: string) =>
  new RightsizeError('IMPORT_FORMAT', `The archive ${what}.`, {
    at: path,
    next: 'Write the log as JSON and import that: inspect log convert LOG.eval --to json --output-dir DIR',
  })
