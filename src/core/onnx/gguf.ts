import { RightsizeError } from '../error/error.ts'
import { sourceOf } from './byte-source.ts'
import { type GgmlType, ggmlTypes } from './gguf-types.ts'
import type { ByteSource } from './model.ts'

/** A value of the key-value header. Of long lists only the first values are kept; `length` counts all. */
export type GgufValue =
  | number
  | bigint
  | boolean
  | string
  | { readonly length: number; readonly first: readonly (number | bigint | boolean | string)[] }

export interface GgufTensor {
  readonly name: string
  readonly type: GgmlType
  /** Row-major, slowest first: the reverse of the order in the file. */
  readonly dims: readonly number[]
  readonly byteLength: number
  /** The stored bytes, in ggml's blocks for quantised types; read when asked for. */
  bytes(): Uint8Array
}

export interface GgufFile {
  readonly version: number
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly GgufTensor[]
  /** Number of weights: the sum of all tensors' elements. */
  readonly parameters: number
}

/**
 * Bounds for files from strangers. The largest public models have some 3,000 tensors and 300,000 words; a header of 100 MB
 * would be twenty times theirs.
 */
const limits = {
  tensors: 100_000,
  entries: 100_000,
  listLength: 10_000_000,
  textBytes: 2 ** 24,
  headerBytes: 100_000_000,
  kept: 256,
} as const

/**
 * The header of a GGUF file, version 2 or 3, little-endian; weights are read when asked for. Throws TENSOR_FILE_INVALID with the byte.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function decodeGguf(file: Uint8Array | ByteSource): GgufFile {
  const source = file instanceof Uint8Array ? sourceOf(file) : file
  const cursor = new GgufCursor(source)
  const version = readVersion(cursor)
  const tensorCount = cursor.count(limits.tensors, 'tensors')
  const entryCount = cursor.count(limits.entries, 'metadata entries')
  const metadata = new Map<string, GgufValue>()
  for (let index = 0; index < entryCount; index += 1) {
    const key = cursor.text()
    metadata.set(key, readValue(cursor, cursor.u32()))
  }
  const infos = Array.from({ length: tensorCount }, () => readInfo(cursor))
  const alignment = alignmentOf(metadata, cursor)
  const dataStart = Math.ceil(cursor.pos / alignment) * alignment
  const tensors = infos.map((info) => placed(info, source, dataStart, alignment))
  const parameters = infos.reduce((sum, { elements }) => sum + elements, 0)
  return { version, metadata, tensors, parameters }
}

/** Reads little-endian values through a window, so that a file of many GB is never loaded. */
class GgufCursor {
  pos = 0
  private readonly source: ByteSource
  private window: Uint8Array = new Uint8Array(0)
  private windowStart = 0

  constructor(source: ByteSource) {
    this.source = source
  }

  fail(what: string): never {
    throw new RightsizeError('TENSOR_FILE_INVALID', what, { at: `byte ${this.pos}` })
  }

  /** The next bytes, moved past. */
  take(length: number): DataView {
    if (this.pos + length > this.source.size) {
      this.fail(`${length} bytes announced, ${this.source.size - this.pos} left (truncated?)`)
    }
    if (this.pos + length > limits.headerBytes)
      this.fail(`the header is longer than ${limits.headerBytes} bytes`)
    if (this.pos + length > this.windowStart + this.window.length) {
      this.windowStart = this.pos
      const wanted = Math.max(length, 2 ** 20)
      this.window = this.source.read(this.pos, Math.min(wanted, this.source.size - this.pos))
    }
    const at = this.window.byteOffset + this.pos - this.windowStart
    this.pos += length
    return new DataView(this.window.buffer, at, length)
  }

  u32(): number {
    return this.take(4).getUint32(0, true)
  }

  u64(): number {
    const value = Number(this.take(8).getBigUint64(0, true))
    return Number.isSafeInteger(value) ? value : this.fail(`${value} is above 2^53`)
  }

  count(limit: number, what: string): number {
    const count = this.u64()
    return count <= limit ? count : this.fail(`${count} ${what}, the limit is ${limit}`)
  }

  text(): string {
    const length = this.count(limits.textBytes, 'bytes of text')
    const view = this.take(length)
    const bytes = new Uint8Array(view.buffer, view.byteOffset, length)
    // Tokens of byte-level vocabularies need not be UTF-8.
    return new TextDecoder().decode(bytes)
  }
}

function readVersion(cursor: GgufCursor): number {
  const magic = cursor.take(4)
  if (magic.getUint32(0) !== 0x47475546) cursor.fail('a GGUF file begins with the letters GGUF')
  const version = cursor.u32()
  if (version === 2 || version === 3) return version
  if ((version & 0xffff) === 0)
    return cursor.fail('the file is big-endian; convert it with gguf_convert_endian.py')
  return cursor.fail(`version ${version}; versions 2 and 3 are read`)
}

type Scalar = number | bigint | boolean | string

/** Value types by code. Source: docs/gguf.md, enum gguf_metadata_value_type. */
const scalars: readonly (((cursor: GgufCursor) => Scalar) | null)[] = [
  (cursor) => cursor.take(1).getUint8(0),
  (cursor) => cursor.take(1).getInt8(0),
  (cursor) => cursor.take(2).getUint16(0, true),
  (cursor) => cursor.take(2).getInt16(0, true),
  (cursor) => cursor.u32(),
  (cursor) => cursor.take(4).getInt32(0, true),
  (cursor) => cursor.take(4).getFloat32(0, true),
  (cursor) => cursor.take(1).getUint8(0) !== 0,
  (cursor) => cursor.text(),
  null,
  (cursor) => cursor.take(8).getBigUint64(0, true),
  (cursor) => cursor.take(8).getBigInt64(0, true),
  (cursor) => cursor.take(8).getFloat64(0, true),
]

const listCode = 9

function readValue(cursor: GgufCursor, code: number): GgufValue {
  const scalar = scalars[code]
  if (scalar) return scalar(cursor)
  if (code !== listCode) return cursor.fail(`value type ${code} is unknown`)
  const element = scalars[cursor.u32()]
  if (!element) return cursor.fail('lists of lists are not read')
  const length = cursor.count(limits.listLength, 'values in a list')
  const first: Scalar[] = []
  for (let index = 0; index < length; index += 1) {
    const value = element(cursor)
    if (index < limits.kept) first.push(value)
  }
  return { length, first }
}

interface Info {
  readonly name: string
  readonly dims: readonly number[]
  readonly type: GgmlType
  readonly elements: number
  readonly offset: number
}

function readInfo(cursor: GgufCursor): Info {
  const name = cursor.text()
  const rank = cursor.u32()
  // ggml has four dimensions (GGML_MAX_DIMS).
  if (rank > 4) cursor.fail(`tensor '${name}' has ${rank} dimensions, the limit is 4`)
  const dims = Array.from({ length: rank }, () => cursor.u64()).reverse()
  const elements = dims.reduce((product, dim) => product * dim, 1)
  if (elements > 2 ** 49) cursor.fail(`tensor '${name}' has more than 2^49 elements`)
  const code = cursor.u32()
  const type =
    ggmlTypes.get(code) ?? cursor.fail(`tensor '${name}' has the type ${code}, which is unknown`)
  if ((dims.at(-1) ?? 1) % type.blockElements !== 0) {
    cursor.fail(
      `rows of tensor '${name}' are not a multiple of ${type.blockElements}, the block of ${type.name}`,
    )
  }
  return { name, dims, type, elements, offset: cursor.u64() }
}

function alignmentOf(metadata: ReadonlyMap<string, GgufValue>, cursor: GgufCursor): number {
  const stated = metadata.get('general.alignment') ?? 32
  const valid =
    typeof stated === 'number' &&
    stated >= 1 &&
    stated <= 2 ** 20 &&
    Number.isInteger(Math.log2(stated))
  return valid ? stated : cursor.fail('general.alignment is not a power of two up to 2^20')
}

function placed(info: Info, source: ByteSource, dataStart: number, alignment: number): GgufTensor {
  const { name, type, dims, elements, offset } = info
  const byteLength = (elements / type.blockElements) * type.blockBytes
  const start = dataStart + offset
  const at = `tensor '${name}'`
  if (offset % alignment !== 0) {
    throw new RightsizeError(
      'TENSOR_FILE_INVALID',
      `its offset ${offset} is not a multiple of ${alignment}`,
      { at },
    )
  }
  if (start + byteLength > source.size) {
    const what = `it needs ${byteLength} bytes from ${start}, the file has ${source.size} (truncated?)`
    throw new RightsizeError('TENSOR_FILE_INVALID', what, { at })
  }
  return { name, type, dims, byteLength, bytes: () => source.read(start, byteLength) }
}
