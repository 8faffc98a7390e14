import { dtypeFacts } from './dtype.ts'
import { fieldTable, numbers, readMessage } from './message.ts'
import type { Dtype } from './model.ts'
import { WireReader, wire } from './protobuf.ts'

/** One of the repeated fields of TensorProto that may hold data instead of raw_data. */
export interface TypedField {
  readonly field: number
  readonly name: string
  readonly wireType: number
  readonly dtypes: readonly Dtype[]
  /** How many entries a tensor of this many elements and raw bytes has. */
  readonly entriesFor: (elements: number, byteLength: number) => number
}

/** Which type goes into which field. Source: onnx.proto, comments of TensorProto float_data to uint64_data. */
export const typedFields: readonly TypedField[] = [
  {
    field: 4,
    name: 'float_data',
    wireType: wire.fixed32,
    dtypes: ['float32', 'complex64'],
    entriesFor: (_elements, byteLength) => byteLength / 4,
  },
  {
    field: 5,
    name: 'int32_data',
    wireType: wire.varint,
    dtypes: [
      ...(['int32', 'int16', 'int8', 'uint16', 'uint8', 'bool', 'float16', 'bfloat16'] as const),
      ...(['float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz'] as const),
      ...(['float8e8m0', 'int4', 'uint4', 'float4e2m1', 'int2', 'uint2'] as const),
    ],
    // Types under 8 bits: one entry is one packed byte.
    entriesFor: (elements, byteLength) => Math.min(elements, byteLength),
  },
  {
    field: 7,
    name: 'int64_data',
    wireType: wire.varint,
    dtypes: ['int64'],
    entriesFor: (elements) => elements,
  },
  {
    field: 10,
    name: 'double_data',
    wireType: wire.fixed64,
    dtypes: ['float64', 'complex128'],
    entriesFor: (_elements, byteLength) => byteLength / 8,
  },
  {
    field: 11,
    name: 'uint64_data',
    wireType: wire.varint,
    dtypes: ['uint32', 'uint64'],
    entriesFor: (elements) => elements,
  },
]

/** Moves past one occurrence of the field and returns how many entries it holds. */
export function typedEntries(reader: WireReader, tag: number, typed: TypedField): number {
  if ((tag & 7) === typed.wireType) {
    reader.skip(tag)
    return 1
  }
  if ((tag & 7) !== wire.bytes) return reader.fail(`${typed.name} has wire type ${tag & 7}`)
  const packed = reader.slice()
  if (typed.wireType === wire.fixed32) return packed.length / 4
  if (typed.wireType === wire.fixed64) return packed.length / 8
  let count = 0
  for (const byte of packed) if (byte < 0x80) count += 1
  return count
}

/** The raw little-endian bytes of a tensor whose data are in a typed field of the message between `start` and `end`. */
export function typedBytes(
  message: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
  typed: TypedField,
  dtype: Dtype,
  byteLength: number,
): Uint8Array {
  const reader = new WireReader(message.bytes)
  reader.pos = message.start
  reader.end = message.end
  const data = new Uint8Array(byteLength)
  const put = entryWriter(reader, new DataView(data.buffer), dtype)
  const table = fieldTable<object>({ [typed.field]: numbers(typed.name, typed.wireType, put) })
  readMessage({ reader }, table, {})
  return data
}

/** A function that reads the next entry and stores it behind the one before. */
function entryWriter(reader: WireReader, view: DataView, dtype: Dtype): () => void {
  let at = 0
  const step = (width: number) => {
    const here = at
    at += width
    if (at > view.byteLength) reader.fail('more entries than the dims allow')
    return here
  }
  const { bits } = dtypeFacts[dtype]
  if (dtype === 'float32' || dtype === 'complex64') {
    return () => view.setUint32(step(4), reader.fixed32(), true)
  }
  if (dtype === 'float64' || dtype === 'complex128') {
    return () => view.setBigUint64(step(8), reader.fixed64(), true)
  }
  if (bits === 64) return () => view.setBigInt64(step(8), reader.int64(), true)
  if (bits === 32) return () => view.setInt32(step(4), inRange(reader, 32), true)
  if (bits === 16) return () => view.setInt16(step(2), inRange(reader, 16), true)
  return () => view.setInt8(step(1), inRange(reader, 8))
}

/** An integer of so many bits, signed or not; exporters write small signed types both ways. */
function inRange(reader: WireReader, bits: number): number {
  const value = reader.int()
  const limit = 2 ** bits
  if (value >= limit || value < -limit / 2) reader.fail(`${value} does not fit into ${bits} bits`)
  return value
}
