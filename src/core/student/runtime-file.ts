/** A tensor of a safetensors file: a typed array and its shape. */
export interface FileTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float16Bits | Int32Array | Int8Array | Uint8Array
}

/** Tensors by name. */
export type FileTensors = ReadonlyMap<string, FileTensor>

/** Half-precision values as their 16 bits. */
export type Float16Bits = Uint16Array

const arrays = {
  F32: Float32Array,
  F16: Uint16Array,
  I32: Int32Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const

/** Reads a safetensors file (little-endian machines). Throws a plain Error on a file that contradicts itself. */
export function readTensors(bytes: Uint8Array): {
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: FileTensors
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = bytes.length < 8 ? -1 : Number(view.getBigUint64(0, true))
  if (length < 2 || length > bytes.length - 8 || length > 25e6) throw new Error('bad header length')
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
  const tensors = new Map<string, FileTensor>()
  for (const [name, entry] of Object.entries(header)) {
    if (name !== '__metadata__') tensors.set(name, readOne(name, entry as Entry, bytes, 8 + length))
  }
  return { metadata: new Map(Object.entries(header.__metadata__ ?? {})), tensors }
}

interface Entry {
  readonly dtype: keyof typeof arrays
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

function readOne(name: string, entry: Entry, bytes: Uint8Array, base: number): FileTensor {
  const type = Object.hasOwn(arrays, entry.dtype) ? arrays[entry.dtype] : undefined
  if (type === undefined) throw new Error(`${name}: dtype ${entry.dtype}`)
  const [start, end] = entry.data_offsets
  const count = entry.shape.reduce((product, n) => product * n, 1)
  const fits = start >= 0 && end <= bytes.length - base
  if (!fits || end - start !== count * type.BYTES_PER_ELEMENT)
    throw new Error(`${name}: bad extent`)
  // A Buffer's own slice would be a view on the whole file.
  const copy = Uint8Array.prototype.slice.call(bytes, base + start, base + end)
  return { shape: entry.shape, data: new type(copy.buffer) }
}
