import type { Dtype } from './model.ts'

interface DtypeFacts {
  /** TensorProto.DataType code. Source: onnx/onnx.proto, enum DataType. */
  readonly code: number
  /** Bits of one element in raw_data; 0 for strings. */
  readonly bits: number
}

/** Codes and sizes of every element type. Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (TensorProto.DataType). */
export const dtypeFacts: Readonly<Record<Dtype, DtypeFacts>> = {
  float32: { code: 1, bits: 32 },
  uint8: { code: 2, bits: 8 },
  int8: { code: 3, bits: 8 },
  uint16: { code: 4, bits: 16 },
  int16: { code: 5, bits: 16 },
  int32: { code: 6, bits: 32 },
  int64: { code: 7, bits: 64 },
  string: { code: 8, bits: 0 },
  bool: { code: 9, bits: 8 },
  float16: { code: 10, bits: 16 },
  float64: { code: 11, bits: 64 },
  uint32: { code: 12, bits: 32 },
  uint64: { code: 13, bits: 64 },
  complex64: { code: 14, bits: 64 },
  complex128: { code: 15, bits: 128 },
  bfloat16: { code: 16, bits: 16 },
  float8e4m3fn: { code: 17, bits: 8 },
  float8e4m3fnuz: { code: 18, bits: 8 },
  float8e5m2: { code: 19, bits: 8 },
  float8e5m2fnuz: { code: 20, bits: 8 },
  uint4: { code: 21, bits: 4 },
  int4: { code: 22, bits: 4 },
  float4e2m1: { code: 23, bits: 4 },
  float8e8m0: { code: 24, bits: 8 },
  uint2: { code: 25, bits: 2 },
  int2: { code: 26, bits: 2 },
}

const byCode = new Map<number, Dtype>(
  (Object.keys(dtypeFacts) as Dtype[]).map((dtype) => [dtypeFacts[dtype].code, dtype]),
)

/** The dtype of a TensorProto.DataType code, or undefined for 0 and codes this version does not know. */
export function dtypeOfCode(code: number): Dtype | undefined {
  return byCode.get(code)
}

/** Bytes that `count` elements take in raw_data; elements under 8 bits share bytes, the last one padded. 0 for strings. */
export function byteLengthOf(dtype: Dtype, count: number): number {
  return Math.ceil((count * dtypeFacts[dtype].bits) / 8)
}

/** Product of the dims; 1 for a scalar. Not checked for overflow: see `safeElementCount` in decode. */
export function elementCount(dims: readonly number[]): number {
  let count = 1
  for (const dim of dims) count *= dim
  return count
}
