import { byteLengthOf, dtypeOfCode } from './dtype.ts'
import { externalTensor } from './external.ts'
import { readMessage, readNumbers, readPair, repeatedMessage } from './message.ts'
import type { ByteSource, Tensor } from './model.ts'
import { type TypedField, typedBytes, typedEntries, typedFields } from './typed-data.ts'
import { type WireReader, wire } from './wire.ts'

/** What every part of the decoder is handed. */
export interface DecodeContext {
  readonly reader: WireReader
  readonly external: ((path: string) => ByteSource) | undefined
}

/** What a TensorProto said, before its parts are checked against each other. */
interface TensorFields {
  name: string
  code: number
  location: number
  raw: Uint8Array | undefined
  typed: TypedField | undefined
  typedCount: number
  readonly dims: number[]
  readonly strings: Uint8Array[]
  readonly entries: (readonly [string, string])[]
}

/** Name, type, dims and unknown fields: what a tensor has wherever its data lie. */
export type TensorHead = Pick<Tensor, 'name' | 'dtype' | 'dims' | 'unknown'>

/**
 * Reads a TensorProto from the current message. Raw data stay a view; typed fields (float_data and its like) become raw bytes
 * when first asked for; external data are read when asked for. Refused: data whose size does not match the dims.
 */
export function decodeTensor(context: DecodeContext): Tensor {
  const { reader } = context
  reader.charge(600)
  const start = reader.pos
  const { fields, unknown } = readTensorFields(reader)
  const dtype = dtypeOfCode(fields.code)
  if (dtype === undefined) {
    return reader.fail(`tensor '${fields.name}' has data type ${fields.code}, which is not known`)
  }
  const count = checkedCount(reader, fields)
  const head = { name: fields.name, dtype, dims: fields.dims, ...unknown }
  if (fields.location === 1) return externalTensor(context, head, count, fields.entries)
  if (dtype === 'string') return stringTensor(reader, head, count, fields)
  const byteLength = byteLengthOf(dtype, count)
  if (fields.typed === undefined) return rawTensor(reader, head, byteLength, fields.raw)
  return typedTensor(reader, head, count, fields, start)
}

function readTensorFields(reader: WireReader) {
  const dims: number[] = []
  const strings: Uint8Array[] = []
  const entries: (readonly [string, string])[] = []
  const fields: TensorFields = {
    ...{ name: '', code: 0, location: 0, raw: undefined, typed: undefined, typedCount: 0 },
    ...{ dims, strings, entries },
  }
  const readDim = () => {
    reader.charge(8)
    dims.push(reader.int())
  }
  const readString = () => {
    reader.charge(100)
    strings.push(reader.slice())
  }
  const unknown = readMessage(reader, {
    1: ['any', 'dims', (tag) => readNumbers(reader, tag, wire.varint, readDim)],
    2: [wire.varint, 'data_type', () => (fields.code = reader.int())],
    6: [wire.bytes, 'string_data', readString],
    8: [wire.bytes, 'name', () => (fields.name = reader.text())],
    9: [wire.bytes, 'raw_data', () => (fields.raw = reader.slice())],
    13: repeatedMessage(reader, 'external_data', entries, () => readPair(reader)),
    14: [wire.varint, 'data_location', () => (fields.location = reader.int())],
    ...typedReaders(reader, fields),
  })
  return { fields, unknown }
}

/** Counts the entries of float_data and its like; they are read later. */
function typedReaders(reader: WireReader, fields: TensorFields) {
  const read = (typed: TypedField) => (tag: number) => {
    const count = typedEntries(reader, tag, typed)
    if (count > 0 && fields.typed !== undefined && fields.typed !== typed) {
      reader.fail(`tensor '${fields.name}' has both ${fields.typed.name} and ${typed.name}`)
    }
    if (count > 0) fields.typed = typed
    fields.typedCount += count
  }
  return Object.fromEntries(
    typedFields.map((typed) => [typed.field, ['any', typed.name, read(typed)] as const]),
  )
}

function checkedCount(reader: WireReader, fields: TensorFields): number {
  let count = 1
  for (const dim of fields.dims) {
    if (dim < 0) reader.fail(`tensor '${fields.name}' has the negative dimension ${dim}`)
    count *= dim
    if (count > 2 ** 49) reader.fail(`tensor '${fields.name}' has more than 2^49 elements`)
  }
  return count
}

function sizeMismatch(reader: WireReader, head: TensorHead, has: string, wants: string): never {
  const shape = `${head.dtype}[${head.dims.join(',')}]`
  return reader.fail(`tensor '${head.name}' is ${shape}, which takes ${wants}, and holds ${has}`)
}

function rawTensor(
  reader: WireReader,
  head: TensorHead,
  byteLength: number,
  raw: Uint8Array = new Uint8Array(0),
): Tensor {
  if (raw.length !== byteLength)
    sizeMismatch(reader, head, `${raw.length} bytes`, `${byteLength} bytes`)
  return { ...head, byteLength, bytes: () => raw }
}

function stringTensor(
  reader: WireReader,
  head: TensorHead,
  count: number,
  fields: TensorFields,
): Tensor {
  if (fields.strings.length !== count) {
    sizeMismatch(reader, head, `${fields.strings.length} strings`, `${count} strings`)
  }
  const none = new Uint8Array(0)
  return { ...head, byteLength: 0, bytes: () => none, strings: fields.strings }
}

function typedTensor(
  reader: WireReader,
  head: TensorHead,
  count: number,
  fields: TensorFields,
  start: number,
): Tensor {
  const { typed, typedCount } = fields
  if (typed === undefined || !typed.dtypes.includes(head.dtype)) {
    return reader.fail(`tensor '${head.name}' of ${head.dtype} keeps its data in ${typed?.name}`)
  }
  if ((fields.raw?.length ?? 0) > 0)
    reader.fail(`tensor '${head.name}' has both raw_data and ${typed.name}`)
  const byteLength = byteLengthOf(head.dtype, count)
  const expected = typed.entriesFor(count, byteLength)
  if (typedCount !== expected) {
    sizeMismatch(reader, head, `${typedCount} entries of ${typed.name}`, `${expected}`)
  }
  const { bytes, end } = reader
  let data: Uint8Array | undefined
  const read = () => {
    data ??= typedBytes({ bytes, start, end }, typed, head.dtype, byteLength)
    return data
  }
  return { ...head, byteLength, bytes: read }
}
