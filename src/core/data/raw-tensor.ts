import { RightsizeError } from '../error/error.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import type { Dtype } from '../onnx/model.ts'
import type { RawTensorInput } from '../spec/spec.ts'

type Numbers = Exclude<HostTensor['data'], BigUint64Array | readonly string[]>
type Maker = new (buffer: ArrayBuffer) => Numbers

const MAKERS: Readonly<Record<string, Maker>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
}

/**
 * A tensor from the bytes of a .bin (little-endian numbers), .npy or .json (nested lists) file. With `scale` or
 * `zeroPoint` the result is float32, (v - zeroPoint) * scale; otherwise it has the dtype of the description.
 * Throws DATA_TENSOR when bytes, dtype and shape do not fit.
 */
export function decodeTensor(bytes: Uint8Array, path: string, form: RawTensorInput): HostTensor {
  const data = path.endsWith('.npy')
    ? npyNumbers(bytes, path, form)
    : path.endsWith('.json')
      ? jsonNumbers(bytes, path, form)
      : binNumbers(bytes, path, form.dtype)
  const count = form.shape.reduce((product, size) => product * size, 1)
  if (data.length !== count)
    throw new RightsizeError(
      'DATA_TENSOR',
      `The file holds ${data.length} numbers of ${form.dtype}; the shape [${form.shape.join(', ')}] needs ${count}.`,
      { at: path },
    )
  if (form.scale === undefined && form.zeroPoint === undefined)
    return { dtype: form.dtype as Dtype, dims: form.shape, data }
  const { scale = 1, zeroPoint = 0 } = form
  return {
    dtype: 'float32',
    dims: form.shape,
    data: real(data, scale, zeroPoint),
  }
}

function real(data: Numbers, scale: number, zeroPoint: number): Float32Array {
  const values = new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) values[i] = (Number(data[i]) - zeroPoint) * scale
  return values
}

function binNumbers(bytes: Uint8Array, path: string, dtype: string): Numbers {
  const Make = MAKERS[dtype]
  if (Make === undefined)
    throw new RightsizeError('DATA_TENSOR', `Unknown dtype "${dtype}".`, { at: path })
  try {
    // A copy, because a view of Node's shares a larger buffer, and its start need not be aligned.
    return new Make(new Uint8Array(bytes).buffer)
  } catch {
    throw new RightsizeError(
      'DATA_TENSOR',
      `${bytes.length} bytes do not divide into ${dtype} values.`,
      { at: path },
    )
  }
}

/** NumPy's type codes (numpy.lib.format) by our names. */
const NPY: Readonly<Record<string, string>> = {
  f4: 'float32',
  f8: 'float64',
  f2: 'float16',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
}

/** NPY versions 1 to 3: magic, version, length of the header, header as a Python dict, numbers. */
function npyNumbers(bytes: Uint8Array, path: string, form: RawTensorInput): Numbers {
  const bad = (why: string) =>
    new RightsizeError('DATA_TENSOR', `The .npy file ${why}.`, { at: path })
  if (
    bytes.length < 12 ||
    bytes[0] !== 0x93 ||
    new TextDecoder().decode(bytes.subarray(1, 6)) !== 'NUMPY'
  )
    throw bad('does not begin with the NumPy magic')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = (bytes[6] ?? 1) > 1
  const start = wide ? 12 : 10
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  if (start + length > bytes.length) throw bad('is cut in its header')
  const header = new TextDecoder().decode(bytes.subarray(start, start + length))
  if (/'fortran_order':\s*True/.test(header))
    throw bad('is stored column by column; save it in C order')
  const code = /'descr':\s*'([<|=>])([a-z]\d)'/.exec(header)
  const dtype = NPY[code?.[2] ?? '']
  if (dtype === undefined || code?.[1] === '>') throw bad('has numbers of a type that is not read')
  if (dtype !== form.dtype) throw bad(`holds ${dtype}, the spec says ${form.dtype}`)
  return binNumbers(bytes.subarray(start + length), path, dtype)
}

function jsonNumbers(bytes: Uint8Array, path: string, form: RawTensorInput): Numbers {
  const flat: number[] = []
  try {
    flatten(JSON.parse(new TextDecoder().decode(bytes)), flat)
  } catch (cause) {
    throw new RightsizeError('DATA_TENSOR', 'The file is not a nested JSON list of numbers.', {
      at: path,
      cause,
    })
  }
  const Make = MAKERS[form.dtype]
  if (Make === undefined || form.dtype === 'float16')
    throw new RightsizeError('DATA_TENSOR', `JSON lists are not read as ${form.dtype}.`, {
      at: path,
    })
  if (Make === BigInt64Array) return BigInt64Array.from(flat.map((v) => BigInt(Math.round(v))))
  const numbers = new Make(new ArrayBuffer(flat.length * bytesPer(form.dtype)))
  flat.forEach((v, i) => {
    ;(numbers as Float64Array)[i] = v
  })
  return numbers
}

const bytesPer = (dtype: string) => Number(/\d+$/.exec(dtype)?.[0] ?? 8) / 8

function flatten(value: unknown, into: number[]): void {
  if (typeof value === 'number') into.push(value)
  else if (Array.isArray(value)) for (const inner of value) flatten(inner, into)
  else
    throw new RightsizeError(
      'DATA_TENSOR',
      'A tensor in JSON holds something that is not a number.',
    )
}
