import { dtypeOfCode } from './dtype.ts'
import {
  type DecodeContext,
  fieldTable,
  integer,
  type ReadField,
  readMessage,
  repeated,
  single,
  text,
} from './message.ts'
import type { Dim, ValueInfo } from './model.ts'
import { wire } from './protobuf.ts'

interface ValueState {
  name: string
  type: TypeState | undefined
  unknown?: Uint8Array
}

const valueFields = fieldTable<ValueState>({
  1: text('name', 'name'),
  2: single('type', 'type', readType),
})

/** Reads a ValueInfoProto from the current message. */
export function decodeValueInfo(context: DecodeContext): ValueInfo {
  context.reader.charge(300)
  const { type, ...rest } = readMessage<ValueState>(context, valueFields, {
    name: '',
    type: undefined,
  })
  if (type === undefined) return { ...rest, dtype: null, dims: null }
  const { tensor, other, raw } = type
  if (tensor === undefined || other) return { ...rest, dtype: null, dims: null, raw }
  const dtype = dtypeOfCode(tensor.code) ?? null
  const dims = tensor.shape?.dims.map(({ dim }) => dim) ?? null
  if (dtype === null && tensor.code !== 0) return { ...rest, dtype, dims, raw }
  const typeUnknown = unknownIn(type, tensor)
  return typeUnknown === undefined
    ? { ...rest, dtype, dims }
    : { ...rest, dtype, dims, typeUnknown }
}

/** The unknown fields of the type at every level, or undefined when there are none. */
function unknownIn({ unknown }: TypeState, tensor: TensorTypeState): ValueInfo['typeUnknown'] {
  const { shape } = tensor
  const dims = shape?.dims.map((dim) => dim.unknown)
  const found = {
    ...(unknown === undefined ? {} : { type: unknown }),
    ...(tensor.unknown === undefined ? {} : { tensor: tensor.unknown }),
    ...(shape?.unknown === undefined ? {} : { shape: shape.unknown }),
    ...(dims?.some((one) => one !== undefined) ? { dims } : {}),
  }
  return Object.keys(found).length === 0 ? undefined : found
}

interface TypeState {
  tensor: TensorTypeState | undefined
  /** True for sequences, maps, optionals and sparse tensors. */
  other: boolean
  readonly raw: Uint8Array
  unknown?: Uint8Array
}

const markOther: ReadField<TypeState> = (type, { reader }) => {
  reader.slice()
  type.other = true
}

const typeFields = fieldTable<TypeState>({
  1: single('tensor_type', 'tensor', readTensorType),
  4: [wire.bytes, 'sequence_type', markOther],
  5: [wire.bytes, 'map_type', markOther],
  7: [wire.bytes, 'opaque_type', markOther],
  8: [wire.bytes, 'sparse_tensor_type', markOther],
  9: [wire.bytes, 'optional_type', markOther],
})

/** TypeProto: the tensor case is read, every other is left to `raw`. */
function readType(context: DecodeContext): TypeState {
  const { bytes, pos, end } = context.reader
  const raw = bytes.subarray(pos, end)
  return readMessage<TypeState>(context, typeFields, { tensor: undefined, other: false, raw })
}

interface TensorTypeState {
  code: number
  shape: ShapeState | undefined
  unknown?: Uint8Array
}

const tensorTypeFields = fieldTable<TensorTypeState>({
  1: integer('elem_type', 'code'),
  2: single('shape', 'shape', readShape),
})

function readTensorType(context: DecodeContext): TensorTypeState {
  return readMessage<TensorTypeState>(context, tensorTypeFields, { code: 0, shape: undefined })
}

interface ShapeState {
  readonly dims: DimState[]
  unknown?: Uint8Array
}

const shapeFields = fieldTable<ShapeState>({ 1: repeated('dim', 'dims', readDim) })

function readShape(context: DecodeContext): ShapeState {
  return readMessage<ShapeState>(context, shapeFields, { dims: [] })
}

interface DimState {
  dim: Dim
  unknown?: Uint8Array
}

const dimFields = fieldTable<DimState>({
  1: integer('dim_value', 'dim'),
  2: text('dim_param', 'dim'),
})

function readDim(context: DecodeContext): DimState {
  context.reader.charge(64)
  return readMessage<DimState>(context, dimFields, { dim: null })
}
