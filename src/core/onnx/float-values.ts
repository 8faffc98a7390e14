import { halfValues } from './half-float.ts'
import type { HostTensor } from './host-tensor.ts'

/** The numbers of a tensor as float32; 16-bit floats are exact, larger types are rounded. */
export function floatValues({ dtype, data }: HostTensor): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof Uint16Array && (dtype === 'float16' || dtype === 'bfloat16'))
    return halfValues(dtype, data)
  return Float32Array.from(data as ArrayLike<number | bigint>, Number)
}
