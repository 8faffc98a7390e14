import { RightsizeError } from '../error/error.ts'
import { byteLengthOf, elementCount } from './dtype.ts'
import { halfValues } from './half-float.ts'
import type { HostTensor } from './host-tensor.ts'
import type { Dtype, Tensor } from './model.ts'
import { unpackIntegers } from './packed-integers.ts'

const textEncoder = new TextEncoder()

/** The typed array in which values of a dtype are kept; 16-bit and smaller floats and 4-bit types as bits. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
} as const

/** The constructor of the typed array that holds a dtype; Uint8Array for bool and everything packed or opaque. */
export function arrayOf(dtype: Dtype) {
  return dtype in arrays ? arrays[dtype as keyof typeof arrays] : Uint8Array
}

/** A tensor from values in memory. The bytes are a view of the data: do not change them later. Throws when size and dims disagree. */
export function tensorOf(name: string, { dtype, dims, data }: HostTensor): Tensor {
  const count = elementCount(dims)
  if (dtype === 'string') return stringTensor(name, dims, data as readonly string[], count)
  const view = data as ArrayBufferView
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  if (bytes.length !== byteLengthOf(dtype, count)) {
    const what = `tensor '${name}' of ${dtype}[${dims.join(',')}] was given ${bytes.length} bytes`
    throw new RightsizeError('ONNX_INVALID', what)
  }
  return { name, dtype, dims, byteLength: bytes.length, bytes: () => bytes }
}

function stringTensor(
  name: string,
  dims: readonly number[],
  texts: readonly string[],
  count: number,
): Tensor {
  if (texts.length !== count) {
    const what = `tensor '${name}' of string[${dims.join(',')}] was given ${texts.length} texts`
    throw new RightsizeError('ONNX_INVALID', what)
  }
  const none = new Uint8Array(0)
  const strings = texts.map((text) => textEncoder.encode(text))
  return { name, dtype: 'string', dims, byteLength: 0, bytes: () => none, strings }
}

function typedView(
  dtype: Dtype,
  bytes: Uint8Array,
): Exclude<HostTensor['data'], readonly string[]> {
  const values = arrayOf(dtype)
  const width = values.BYTES_PER_ELEMENT
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes)
  return new values(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    Math.floor(aligned.byteLength / width),
  )
}

/** The tensor's float32 values. Throws ONNX_UNSUPPORTED for any other dtype. */
export function float32Of(tensor: Tensor): Float32Array {
  if (tensor.dtype !== 'float32') throw wrongType(tensor, 'float32')
  return typedView('float32', tensor.bytes()) as Float32Array
}

/** The tensor's whole numbers as numbers: for shapes, axes and indices. Throws ONNX_UNSUPPORTED unless it is int64 or int32. */
export function integersOf(tensor: Tensor): number[] {
  if (tensor.dtype !== 'int64' && tensor.dtype !== 'int32')
    throw wrongType(tensor, 'int64 or int32')
  const values = typedView(tensor.dtype, tensor.bytes())
  return Array.from(values as ArrayLike<bigint | number>, Number)
}

function wrongType(tensor: Tensor, wanted: string): RightsizeError {
  const shape = `${tensor.dtype}[${tensor.dims.join(',')}]`
  return new RightsizeError(
    'ONNX_UNSUPPORTED',
    `tensor '${tensor.name}' is ${shape}, wanted ${wanted}`,
  )
}

/** The numbers of a dense tensor as doubles: 16-bit floats widened, 64-bit integers rounded beyond 2^53. */
export const hostNumbers = ({ dtype, data }: HostTensor): ArrayLike<number> =>
  dtype === 'float16' || dtype === 'bfloat16'
    ? halfValues(dtype, data as Uint16Array)
    : Array.from(data as ArrayLike<number | bigint>, Number)

/**
 * The tensor's values as doubles, for every real type up to 64 bits: 16-bit floats are widened, packed integers unpacked, int64 and
 * uint64 rounded beyond 2^53. Throws ONNX_UNSUPPORTED for text, complex numbers and 8-bit or smaller floats.
 */
export function numbersOf(tensor: Tensor): Float64Array {
  const { dtype } = tensor
  if (dtype === 'float16' || dtype === 'bfloat16') {
    return Float64Array.from(halfValues(dtype, typedView(dtype, tensor.bytes()) as Uint16Array))
  }
  if (dtype === 'int4' || dtype === 'uint4' || dtype === 'int2' || dtype === 'uint2') {
    return Float64Array.from(unpackIntegers(dtype, tensor.bytes(), elementCount(tensor.dims)))
  }
  if (!(dtype in arrays) && dtype !== 'bool') throw wrongType(tensor, 'a real number type')
  return Float64Array.from(typedView(dtype, tensor.bytes()) as ArrayLike<number | bigint>, Number)
}
