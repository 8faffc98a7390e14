import { byteLengthOf, dtypeOfCode } from './dtype.ts'
import { externalTensor } from './external.ts'
import {
  type DecodeContext,
  type Field,
  fieldTable,
  integer,
  list,
  numbers,
  readMessage,
  readPair,
  repeated,
  scalar,
  text,
} from './message.ts'
import type { Tensor } from './model.ts'
import { type WireReader, wire } from './protobuf.ts'
import { type TypedField, typedBytes, typedEntries, typedFields } from './typed-data.ts'

/** What a TensorProto said, before its parts are checked against each other. */
interface TensorState {
  name: string
  code: number
  location: number
  raw: Uint8Array
  typed: TypedField | undefined
  typedCount: number
  readonly dims: number[]
  readonly strings: Uint8Array[]
  readonly entries: (readonly [string, string])[]
  unknown?: Uint8Array
}

/** Name, type, dims and unknown fields: what a tensor has wherever its data lie. */
export type TensorHead = Pick<Tensor, 'name' | 'dtype' | 'dims' | 'unknown'>

const tensorFields = fieldTable<TensorState>({
  1: numbers('dims', wire.varint, ({ dims }, { reader }) => {
    reader.charge(8)
    dims.push(reader.int())
  }),
  2: integer('data_type', 'code'),
  6: list('string_data', 'strings', 100, (reader) => reader.slice()),
  8: text('name', 'name'),
  9: scalar<TensorState, Uint8Array>('raw_data', 'raw', wire.bytes, (reader) => reader.slice()),
  13: repeated('external_data', 'entries', readPair),
  14: integer('data_location', 'location'),
  ...Object.fromEntries(typedFields.map((typed) => [typed.field, countingField(typed)])),
})

/** Counts the entries of float_data and its like; they are read later. */
function countingField(typed: TypedField): Field<TensorState> {
  const read = (tensor: TensorState, { reader }: DecodeContext, tag: number) => {
    const count = typedEntries(reader, tag, typed)
    if (count === 0) return
    if (tensor.typed !== undefined && tensor.typed !== typed) {
      reader.fail(`tensor '${tensor.name}' has both ${tensor.typed.name} and ${typed.name}`)
    }
    tensor.typed = typed
    tensor.typedCount += count
  }
  return ['any', typed.name, read]
}

const noBytes = new Uint8Array(0)

/**
 * Reads a TensorProto from the current message. Raw data stay a view; typed fields (float_data and its like) become raw bytes
 * when first asked for; external data are read when asked for. Refused: data whose size does not match the dims.
 */
export function decodeTensor(context: DecodeContext): Tensor {
  const { reader } = context
  reader.charge(600)
  const start = reader.pos
  const state: TensorState = readMessage(context, tensorFields, {
    ...{ name: '', code: 0, location: 0, raw: noBytes, typed: undefined, typedCount: 0 },
    ...{ dims: [], strings: [], entries: [] },
  } as TensorState)
  const { name, code, dims, unknown } = state
  const dtype = dtypeOfCode(code)
  if (dtype === undefined) {
    return reader.fail(`tensor '${name}' has data type ${code}, which is unknown`)
  }
  const count = checkedCount(reader, state)
  const head: TensorHead =
    unknown === undefined ? { name, dtype, dims } : { name, dtype, dims, unknown }
  if (state.location === 1) return externalTensor(context, head, count, state.entries)
  if (dtype === 'string') return stringTensor(reader, head, count, state)
  if (state.typed !== undefined)
    return typedTensor(reader, head, count, { state, typed: state.typed, start })
  return rawTensor(reader, head, byteLengthOf(dtype, count), state.raw)
}

function checkedCount(reader: WireReader, { name, dims }: TensorState): number {
  let count = 1
  for (const dim of dims) {
    if (dim < 0) reader.fail(`tensor '${name}' has the negative dimension ${dim}`)
    count *= dim
    if (count > 2 ** 49) reader.fail(`tensor '${name}' has more than 2^49 elements`)
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
  raw: Uint8Array,
): Tensor {
  if (raw.length !== byteLength) {
    sizeMismatch(reader, head, `${raw.length} bytes`, `${byteLength} bytes`)
  }
  return { ...head, byteLength, bytes: () => raw }
}

function stringTensor(
  reader: WireReader,
  head: TensorHead,
  count: number,
  { strings }: TensorState,
): Tensor {
  if (strings.length !== count) {
    sizeMismatch(reader, head, `${strings.length} strings`, `${count} strings`)
  }
  return { ...head, byteLength: 0, bytes: () => noBytes, strings }
}

function typedTensor(
  reader: WireReader,
  head: TensorHead,
  count: number,
  { state, typed, start }: { state: TensorState; typed: TypedField; start: number },
): Tensor {
  const { dtype, name } = head
  if (!typed.dtypes.includes(dtype)) {
    reader.fail(`tensor '${name}' of ${dtype} keeps its data in ${typed.name}`)
  }
  if (state.raw.length > 0) reader.fail(`tensor '${name}' has both raw_data and ${typed.name}`)
  const byteLength = byteLengthOf(dtype, count)
  const expected = typed.entriesFor(count, byteLength)
  if (state.typedCount !== expected) {
    sizeMismatch(reader, head, `${state.typedCount} entries of ${typed.name}`, `${expected}`)
  }
  const { bytes, end } = reader
  let data: Uint8Array | undefined
  const read = () => {
    data ??= typedBytes({ bytes, start, end }, typed, dtype, byteLength)
    return data
  }
  return { ...head, byteLength, bytes: read }
}
