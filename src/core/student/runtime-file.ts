const arrays = { F32: Float32Array, I32: Int32Array, I8: Int8Array } as const

interface Entry {
  readonly dtype: keyof typeof arrays
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/**
 * Opens a student's safetensors file (little-endian): its settings, and tensors checked for type and length.
 * Throws a plain Error on bytes that contradict themselves.
 */
export function openStudent(bytes: Uint8Array, format: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const start = bytes.length < 8 ? 0 : 8 + Number(view.getBigUint64(0, true))
  if (start < 10 || start > bytes.length) throw new Error('bad header length')
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)))
  const metadata = header.__metadata__
  if (metadata?.format !== format) throw new Error(`not a ${format} file`)

  function get<T = Float32Array>(
    name: string,
    length?: number,
    types: readonly string[] = ['F32'],
  ): T {
    const { dtype, shape, data_offsets } = header[name] as Entry
    const [from, to] = data_offsets
    const count = shape.reduce((product, n) => product * n, 1)
    const type = arrays[dtype]
    const fits =
      from >= 0 && to <= bytes.length - start && to - from === count * type.BYTES_PER_ELEMENT
    if (fits && types.includes(dtype) && count === (length ?? count)) {
      // A Buffer's slice is a view.
      return new type(new Uint8Array(bytes.subarray(start + from, start + to)).buffer) as T
    }
    throw new Error(`tensor ${name} does not fit`)
  }
  return { settings: JSON.parse(metadata.settings), has: (name: string) => name in header, get }
}
