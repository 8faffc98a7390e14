import { RightsizeError } from '../error/error.ts'
import { sourceOf } from './byte-source.ts'
import { byteLengthOf, elementCount } from './dtype.ts'
import type { EncodedModel } from './encode.ts'
import type { ByteSource, Dtype, Tensor } from './model.ts'

/** Named tensors with text metadata. Format: https://github.com/huggingface/safetensors#format */
export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>
  /** In the order of their data. */
  readonly tensors: readonly Tensor[]
}

/** Longest header that is read. Source: huggingface.js, packages/hub/src/lib/parse-safetensors-metadata.ts (MAX_HEADER_LENGTH). */
const headerLimit = 25_000_000

/** Largest dimension that is accepted. */
const dimLimit = 2 ** 32

/** Names of element types. Source: safetensors/src/tensor.rs (Dtype). */
const dtypes: Readonly<Record<string, Dtype>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  U16: 'uint16',
  I16: 'int16',
  U32: 'uint32',
  I32: 'int32',
  U64: 'uint64',
  I64: 'int64',
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
  F8_E4M3: 'float8e4m3fn',
  F8_E5M2: 'float8e5m2',
  F8_E8M0: 'float8e8m0',
  F4: 'float4e2m1',
  C64: 'complex64',
}

const nameOf = new Map(Object.entries(dtypes).map(([name, dtype]) => [dtype, name]))

/**
 * The tensors of a safetensors file; each is read when its bytes are asked for. Throws TENSOR_FILE_INVALID for headers above 25 MB,
 * unknown types, sizes that do not match, and data with holes, overlaps or a rest.
 */
export function decodeSafetensors(file: Uint8Array | ByteSource): TensorFile {
  const source = file instanceof Uint8Array ? sourceOf(file) : file
  const { header, dataStart } = readHeader(source)
  const { __metadata__: metadata, ...entries } = header
  const tensors = Object.entries(entries).map(([name, entry]) => readEntry(name, entry))
  tensors.sort((left, right) => left.begin - right.begin || left.end - right.end)
  checkLayout(tensors, source.size - dataStart)
  return {
    metadata: readMetadata(metadata),
    tensors: tensors.map((entry) => lazyTensor(entry, source, dataStart)),
  }
}

function fail(what: string, at?: string): never {
  throw new RightsizeError('TENSOR_FILE_INVALID', what, { at })
}

type Header = Readonly<Record<string, unknown>>

function readHeader(source: ByteSource): { header: Header; dataStart: number } {
  if (source.size < 8) fail(`a safetensors file has at least 8 bytes, this one ${source.size}`)
  const head = source.read(0, 8)
  const length = Number(new DataView(head.buffer, head.byteOffset).getBigUint64(0, true))
  if (length > headerLimit)
    fail(`the header would have ${length} bytes, the limit is ${headerLimit}`, 'byte 0')
  if (8 + length > source.size)
    fail(`the header has ${length} bytes, the file ${source.size} (truncated?)`, 'byte 0')
  const header = parseJson(source.read(8, length))
  if (!isRecord(header)) fail('the header is not a JSON object', 'byte 8')
  return { header, dataStart: 8 + length }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const detail = { at: 'byte 8', cause }
    throw new RightsizeError('TENSOR_FILE_INVALID', `the header is not JSON: ${why}`, detail)
  }
}

function isRecord(value: unknown): value is Header {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {}
  const texts = isRecord(value) && Object.values(value).every((one) => typeof one === 'string')
  return texts ? (value as Record<string, string>) : fail('__metadata__ maps text to text only')
}

interface Entry {
  readonly name: string
  readonly dtype: Dtype
  readonly dims: readonly number[]
  readonly begin: number
  readonly end: number
}

function readEntry(name: string, value: unknown): Entry {
  if (!isRecord(value)) return fail('the entry is not an object', name)
  const { dtype: code, shape, data_offsets: offsets } = value as Record<string, unknown>
  const dtype = Object.hasOwn(dtypes, String(code)) ? dtypes[String(code)] : undefined
  if (dtype === undefined) return fail(`the element type ${JSON.stringify(code)} is unknown`, name)
  if (!isCounts(shape, dimLimit)) return fail('shape is not a list of sizes below 2^32', name)
  if (!isCounts(offsets, Number.MAX_SAFE_INTEGER) || offsets.length !== 2) {
    return fail('data_offsets is not two whole numbers', name)
  }
  const [begin = 0, end = 0] = offsets
  const byteLength = byteLengthOf(dtype, elementCount(shape))
  if (end - begin !== byteLength) {
    const wanted = `${code}[${shape.join(',')}] takes ${byteLength} bytes`
    return fail(`${wanted}, data_offsets give ${end - begin}`, name)
  }
  return { name, dtype, dims: shape, begin, end }
}

function isCounts(value: unknown, limit: number): value is number[] {
  return (
    Array.isArray(value) &&
    value.every((one) => Number.isInteger(one) && (one as number) >= 0 && (one as number) < limit)
  )
}

/** Data follow each other without holes and fill the file. Source: safetensors README, Format and Benefits. */
function checkLayout(entries: readonly Entry[], dataLength: number): void {
  let end = 0
  for (const entry of entries) {
    if (entry.begin !== end) {
      fail(`data begin at ${entry.begin}, the data before end at ${end}`, entry.name)
    }
    end = entry.end
  }
  if (end !== dataLength)
    fail(`the tensors end at ${end}, the data have ${dataLength} bytes (truncated?)`)
}

function lazyTensor(
  { name, dtype, dims, begin, end }: Entry,
  source: ByteSource,
  dataStart: number,
): Tensor {
  const byteLength = end - begin
  return { name, dtype, dims, byteLength, bytes: () => source.read(dataStart + begin, byteLength) }
}

/**
 * A safetensors file in pieces: the widest types first, so that every tensor is aligned, else in the order given. Throws TENSOR_FILE_INVALID for types that the format does not have.
 */
export function encodeSafetensors({ metadata, tensors }: TensorFile): EncodedModel {
  const ordered = tensors.toSorted((left, right) => widthOf(right) - widthOf(left))
  const header: Record<string, unknown> =
    Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}
  const entries: [string, unknown][] = []
  let end = 0
  for (const tensor of ordered) {
    const dtype =
      nameOf.get(tensor.dtype) ?? fail(`safetensors has no type for ${tensor.dtype}`, tensor.name)
    const begin = end
    end += tensor.byteLength
    entries.push([tensor.name, { dtype, shape: tensor.dims, data_offsets: [begin, end] }])
  }
  if (new Set(entries.map(([name]) => name)).size < entries.length)
    fail('two tensors have the same name')
  const head = headBytes({ ...header, ...Object.fromEntries(entries) })
  return {
    byteLength: head.length + end,
    *chunks() {
      yield head
      for (const tensor of ordered) yield tensor.bytes()
    },
  }
}

function widthOf({ dtype }: Tensor): number {
  return byteLengthOf(dtype, 8)
}

/** Length and header; padded with spaces so that the data begin at a multiple of 8. */
function headBytes(header: Header): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header))
  const length = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(json, 8)
  return bytes
}
