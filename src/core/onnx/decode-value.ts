import { dtypeOfCode } from './dtype.ts'
import { onlyMessage, readMessage, repeatedMessage } from './message.ts'
import type { Dim, Dtype, ValueInfo } from './model.ts'
import { type WireReader, wire } from './wire.ts'

interface TensorType {
  readonly dtype: Dtype | null
  readonly dims: readonly Dim[] | null
  readonly plain: boolean
  readonly unknown: NonNullable<ValueInfo['typeUnknown']>
}

/** Reads a ValueInfoProto from the current message. */
export function decodeValueInfo(reader: WireReader): ValueInfo {
  reader.charge(300)
  let name = ''
  let type: TensorType | undefined
  let raw: Uint8Array | undefined
  const rest = readMessage(reader, {
    1: [wire.bytes, 'name', () => (name = reader.text())],
    2: onlyMessage(
      reader,
      'type',
      () => {
        raw = reader.bytes.subarray(reader.pos, reader.end)
        return readType(reader)
      },
      (value) => {
        type = value
      },
    ),
  })
  if (type === undefined) return { name, dtype: null, dims: null, ...rest }
  const { dtype, dims, plain, unknown } = type
  if (!plain && raw !== undefined) return { name, dtype, dims, raw, ...rest }
  return {
    name,
    dtype,
    dims,
    ...(Object.keys(unknown).length > 0 ? { typeUnknown: unknown } : {}),
    ...rest,
  }
}

/** TypeProto: the tensor case is read, every other is left to `raw`. */
function readType(reader: WireReader): TensorType {
  let tensor: TensorType | undefined
  let other = false
  const markOther = () => {
    other = true
    reader.slice()
  }
  const rest = readMessage(reader, {
    1: onlyMessage(
      reader,
      'tensor_type',
      () => readTensorType(reader),
      (value) => {
        tensor = value
      },
    ),
    4: [wire.bytes, 'sequence_type', markOther],
    5: [wire.bytes, 'map_type', markOther],
    7: [wire.bytes, 'opaque_type', markOther],
    8: [wire.bytes, 'sparse_tensor_type', markOther],
    9: [wire.bytes, 'optional_type', markOther],
  })
  if (tensor === undefined || other) return { dtype: null, dims: null, plain: false, unknown: {} }
  const unknown =
    rest.unknown === undefined ? tensor.unknown : { ...tensor.unknown, type: rest.unknown }
  return { ...tensor, unknown }
}

function readTensorType(reader: WireReader): TensorType {
  let code = 0
  let shape: { dims: Dim[]; unknown: TensorType['unknown'] } | undefined
  const rest = readMessage(reader, {
    1: [wire.varint, 'elem_type', () => (code = reader.int())],
    2: onlyMessage(
      reader,
      'shape',
      () => readShape(reader),
      (value) => {
        shape = value
      },
    ),
  })
  const dtype = dtypeOfCode(code) ?? null
  const unknown = {
    ...shape?.unknown,
    ...(rest.unknown === undefined ? {} : { tensor: rest.unknown }),
  }
  return { dtype, dims: shape?.dims ?? null, plain: dtype !== null || code === 0, unknown }
}

function readShape(reader: WireReader): { dims: Dim[]; unknown: TensorType['unknown'] } {
  const read: { dim: Dim; unknown?: Uint8Array }[] = []
  const rest = readMessage(reader, {
    1: repeatedMessage(reader, 'dim', read, () => readDim(reader)),
  })
  const dims = read.map(({ dim }) => dim)
  const perDim = read.map(({ unknown }) => unknown)
  const unknown = {
    ...(rest.unknown === undefined ? {} : { shape: rest.unknown }),
    ...(perDim.some((bytes) => bytes !== undefined) ? { dims: perDim } : {}),
  }
  return { dims, unknown }
}

function readDim(reader: WireReader): { dim: Dim; unknown?: Uint8Array } {
  let dim: Dim = null
  const rest = readMessage(reader, {
    1: [wire.varint, 'dim_value', () => (dim = reader.int())],
    2: [wire.bytes, 'dim_param', () => (dim = reader.text())],
  })
  return { dim, ...rest }
}
