import { RightsizeError } from '../error/error.ts'

/** What a byte order mark says of a text, the longest first (Unicode 16.0, section 23.8). */
const marks = [
  { bytes: [0xff, 0xfe, 0, 0], encoding: null, name: 'UTF-32' },
  { bytes: [0, 0, 0xfe, 0xff], encoding: null, name: 'UTF-32' },
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8', name: 'UTF-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le', name: 'UTF-16' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be', name: 'UTF-16' },
] as const

const asTable = 'Save or export it as CSV (UTF-8), and name that file.'

/** What files that are no text begin with (the formats' own specifications). */
const packings = [
  { bytes: [0x50, 0x4b, 3, 4], what: 'a zip archive, such as an Excel workbook', next: asTable },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel workbook', next: asTable },
  {
    bytes: [0x50, 0x41, 0x52, 0x31],
    what: 'a Parquet file',
    next: "Write it as CSV, for example: pandas.read_parquet(FILE).to_csv('new.csv', index=False)",
  },
  { bytes: [0x1f, 0x8b], what: 'packed by gzip', next: 'Unpack it: gunzip FILE' },
  { bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20], what: 'an SQLite database', next: asTable },
] as const

/**
 * The text of a file, or of a block of whole lines of it that `before` lines precede: UTF-8, or what its byte order mark says (UTF-8,
 * UTF-16 of either order). Throws DATA_ENCODING, with line and byte, where it is something else: no character is replaced in silence.
 */
export function decodedText(bytes: Uint8Array, path: string, before = 0): string {
  const encoding = before === 0 ? encodingOf(bytes, path) : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: before > 0 }).decode(bytes)
  } catch {
    throw badByte(bytes, path, before)
  }
}

/** The encoding of a text by its beginning. Throws DATA_ENCODING where it is no text, or one that is not read. */
export function encodingOf(bytes: Uint8Array, path: string): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const packing = packings.find(({ bytes: head }) => head.every((byte, i) => bytes[i] === byte))
  if (packing !== undefined)
    throw new RightsizeError('DATA_ENCODING', `It is ${packing.what}, not text.`, {
      at: path,
      next: packing.next,
    })
  const mark = marks.find((one) => one.bytes.every((byte, i) => bytes[i] === byte))
  if (mark?.encoding === null) throw notUtf8(path, `It is ${mark.name}.`, mark.name)
  if (mark === undefined && hasZeros(bytes))
    throw notUtf8(
      path,
      'Every second byte is 0: it is UTF-16 without a byte order mark.',
      'UTF-16LE',
    )
  return mark?.encoding ?? 'utf-8'
}

/** Texts hold no zeros; in UTF-16 every second byte of plain English is one. */
function hasZeros(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 1000)
  return head.length > 3 && head.filter((byte) => byte === 0).length > 0.3 * head.length
}

function badByte(bytes: Uint8Array, path: string, before: number): RightsizeError {
  const at = firstBad(bytes)
  const line = before + bytes.subarray(0, at).filter((byte) => byte === 10).length + 1
  const byte = bytes[at] ?? 0
  const shown = new TextDecoder('windows-1252').decode(bytes.subarray(at, at + 1))
  const what = `Byte 0x${byte.toString(16).toUpperCase()} is no UTF-8; in Windows-1252 (Latin-1) it is ${JSON.stringify(shown)}.`
  return notUtf8(`${path}:${line}`, what, 'WINDOWS-1252')
}

/** Where the first sequence begins that is no UTF-8, by halving; a sequence has at most three bytes before the wrong one. */
function firstBad(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (decodes(bytes.subarray(0, middle), true)) good = middle
    else bad = middle
  }
  let start = good
  while (start > Math.max(0, good - 3) && !decodes(bytes.subarray(0, start), false)) start--
  return start
}

/** Whether bytes are UTF-8; where they go on, a sequence may be cut at the end. */
function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream })
    return true
  } catch {
    return false
  }
}

const notUtf8 = (at: string, what: string, encoding: string) =>
  new RightsizeError('DATA_ENCODING', what, {
    at,
    next: `Save the file as UTF-8, for example: iconv -f ${encoding} -t UTF-8 FILE > NEW`,
  })
