import { halfValues } from './half-float.ts'
import type { HostTensor } from './host-tensor.ts'

/** How far two tensors are apart. */
export interface TensorDistance {
  /** Largest absolute difference. */
  readonly absolute: number
  /** Largest absolute difference divided by the largest magnitude in the first tensor (1e-30 at least): a share of the scale, not of each element. */
  readonly relative: number
  /** Largest distance in units in the last place, for floats: how many representable numbers lie between. 0 for equal whole numbers, infinite for others. */
  readonly ulp: number
  /** Index of the element that is furthest apart, absolutely. */
  readonly index: number
  /** Both values there. */
  readonly values: readonly [string, string]
}

/** What differs beside the values: the comparison then has no distance. */
export type TensorMismatch = { readonly what: string }

/** The distance of two tensors, or what makes them incomparable. NaN equals NaN; NaN against a number, or an infinity against another value, is infinitely far. */
export function tensorDistance(
  before: HostTensor,
  after: HostTensor,
): TensorDistance | TensorMismatch {
  const shape = ({ dtype, dims }: HostTensor) => `${dtype}[${dims.join(',')}]`
  if (shape(before) !== shape(after)) return { what: `${shape(before)} became ${shape(after)}` }
  const [left, right] = [numbersOf(before), numbersOf(after)]
  const ulps = ulpCounter(before, after)
  let scale = 1e-30
  let worst = { absolute: 0, index: 0 }
  let ulp = 0
  for (let index = 0; index < left.length; index += 1) {
    const [a, b] = [left[index], right[index]]
    if (Number.isFinite(a)) scale = Math.max(scale, Math.abs(Number(a)))
    const apart = difference(a, b)
    if (apart > worst.absolute) worst = { absolute: apart, index }
    if (apart > 0) ulp = Math.max(ulp, ulps(index, apart))
  }
  const { absolute, index } = worst
  const values = [String(left[index]), String(right[index])] as const
  return { absolute, relative: absolute / scale, ulp, index, values }
}

type Values = ArrayLike<number | bigint | string>

/** 16-bit floats are widened; everything else is compared as it is. */
function numbersOf({ dtype, data }: HostTensor): Values {
  if (dtype === 'float16' || dtype === 'bfloat16') return halfValues(dtype, data as Uint16Array)
  return data
}

function difference(
  a: number | bigint | string | undefined,
  b: number | bigint | string | undefined,
): number {
  if (Object.is(a, b) || a === b) return 0
  if (typeof a === 'string') return Number.POSITIVE_INFINITY
  const apart = Math.abs(Number(a) - Number(b))
  return Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(apart, Number.MIN_VALUE)
}

/** A function that counts the representable numbers between the elements at an index; infinite where one is NaN or they are no floats. */
function ulpCounter(
  before: HostTensor,
  after: HostTensor,
): (index: number, apart: number) => number {
  const [left, right] = [orderOf(before), orderOf(after)]
  if (left === null || right === null) return () => Number.POSITIVE_INFINITY
  return (index, apart) => {
    const steps = Math.abs(Number(left(index) - right(index)))
    // An infinite distance with finite bits is NaN against a number, or an infinity: no count of steps means anything.
    return apart === Number.POSITIVE_INFINITY ? apart : steps
  }
}

/** Maps the bits of floats to integers in the order of the values, so that neighbours differ by one and -0 equals 0. */
function orderOf({ dtype, data }: HostTensor): ((index: number) => bigint) | null {
  const bits = integersOver(dtype, data)
  if (bits === null) return null
  const sign = 1n << BigInt(8 * bits.BYTES_PER_ELEMENT - 1)
  return (index) => {
    const pattern = BigInt(bits[index] ?? 0)
    return pattern >= sign ? sign - pattern : pattern
  }
}

function integersOver(dtype: HostTensor['dtype'], data: HostTensor['data']) {
  if (data instanceof Float32Array)
    return new Uint32Array(data.buffer, data.byteOffset, data.length)
  if (data instanceof Float64Array) {
    return new BigUint64Array(data.buffer, data.byteOffset, data.length)
  }
  const half = dtype === 'float16' || dtype === 'bfloat16'
  return half && data instanceof Uint16Array ? data : null
}
