import type { Dtype } from './model.ts'

/** A dense tensor in memory, row-major. `data` is the matching typed array (BigInt64Array for int64, Uint16Array for float16 and bfloat16 bits, Uint8Array for bool). */
export interface HostTensor {
  readonly dtype: Dtype
  readonly dims: readonly number[]
  readonly data:
    | Float32Array
    | Float64Array
    | Int8Array
    | Uint8Array
    | Int16Array
    | Uint16Array
    | Int32Array
    | Uint32Array
    | BigInt64Array
    | BigUint64Array
    | readonly string[]
}

export type Feeds = Readonly<Record<string, HostTensor>>
