/** Integers below 8 bits, several to a byte, lowest bits first. Source: onnx.proto, TensorProto (INT4, UINT4, INT2, UINT2). */
export type PackedType = 'int4' | 'uint4' | 'int2' | 'uint2'

const widths = { int4: 4, uint4: 4, int2: 2, uint2: 2 } as const

/** Smallest and largest value of the type. */
export function packedRange(type: PackedType): { readonly low: number; readonly high: number } {
  const span = 2 ** widths[type]
  return type.startsWith('u') ? { low: 0, high: span - 1 } : { low: -span / 2, high: span / 2 - 1 }
}

/** The values packed; the last byte is filled with zeros. Values outside the range lose their upper bits: clamp before. */
export function packIntegers(type: PackedType, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bits = widths[type]
  const perByte = 8 / bits
  const mask = 2 ** bits - 1
  const bytes = new Uint8Array(Math.ceil(values.length / perByte))
  for (let index = 0; index < values.length; index += 1) {
    const at = Math.floor(index / perByte)
    bytes[at] = (bytes[at] ?? 0) | (((values[index] ?? 0) & mask) << (bits * (index % perByte)))
  }
  return bytes
}

/** The first `count` values of packed bytes. */
export function unpackIntegers(
  type: PackedType,
  bytes: Uint8Array,
  count: number,
): Int8Array<ArrayBuffer> {
  const bits = widths[type]
  const perByte = 8 / bits
  const signed = !type.startsWith('u')
  const values = new Int8Array(count)
  for (let index = 0; index < count; index += 1) {
    const shifted = (bytes[Math.floor(index / perByte)] ?? 0) >>> (bits * (index % perByte))
    const value = shifted & (2 ** bits - 1)
    values[index] = signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value
  }
  return values
}
