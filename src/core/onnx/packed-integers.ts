/** Integers below 8 bits, several to a byte, lowest bits first. Source: onnx.proto, TensorProto (INT4, UINT4, INT2, UINT2). */
export type PackedType = 'int4' | 'uint4' | 'int2' | 'uint2'

const widths = { int4: 4, uint4: 4, int2: 2, uint2: 2 } as const

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
