/** The 16-bit float formats: IEEE 754 binary16 and the upper half of binary32 (bfloat16, cloud.google.com/tpu/docs/bfloat16). */
export type HalfType = 'float16' | 'bfloat16'

const scratch = new Float32Array(1)
const scratchBits = new Uint32Array(scratch.buffer)

/** The float16 nearest to a float32, as bits; ties to even, overflow to infinity, NaN stays NaN. */
export function float16Bits(value: number): number {
  scratch[0] = value
  const bits = scratchBits[0] ?? 0
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff)
  // From 2^16 on everything is infinite; from 65520 on rounding makes it so.
  if (magnitude >= 0x47800000) return sign | 0x7c00
  if (magnitude < 0x38800000) return sign | subnormalBits(magnitude)
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1)
  return sign | ((rounded - 0x38000000) >>> 13)
}

/** Below 2^-14 a float16 counts units of 2^-24. */
function subnormalBits(magnitude: number): number {
  const exponent = magnitude >>> 23
  if (exponent < 102) return 0
  const shift = 126 - exponent
  const mantissa = (magnitude & 0x7fffff) | 0x800000
  const units = mantissa >>> shift
  const rest = mantissa & (2 ** shift - 1)
  const middle = 2 ** (shift - 1)
  return rest > middle || (rest === middle && (units & 1) === 1) ? units + 1 : units
}

/** The value of float16 bits; exact. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const mantissa = bits & 0x3ff
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * mantissa * 2 ** -24
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

/** The bfloat16 nearest to a float32, as bits; ties to even, NaN stays NaN. */
export function bfloat16Bits(value: number): number {
  scratch[0] = value
  const bits = scratchBits[0] ?? 0
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

/** The value of bfloat16 bits; exact. */
export function bfloat16Value(bits: number): number {
  scratchBits[0] = bits << 16
  return scratch[0] ?? 0
}

/** Bits of many values; each is rounded to float32 first. */
export function halfBits(type: HalfType, values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const toBits = type === 'float16' ? float16Bits : bfloat16Bits
  const bits = new Uint16Array(values.length)
  for (let index = 0; index < values.length; index += 1) bits[index] = toBits(values[index] ?? 0)
  return bits
}

/** Values of many bits; every 16-bit float is a float32. */
export function halfValues(type: HalfType, bits: Uint16Array): Float32Array<ArrayBuffer> {
  const toValue = type === 'float16' ? float16Value : bfloat16Value
  const values = new Float32Array(bits.length)
  for (let index = 0; index < bits.length; index += 1) values[index] = toValue(bits[index] ?? 0)
  return values
}
