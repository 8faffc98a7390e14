/** Element types of ONNX TensorProto that we read and write. Codes follow onnx.proto3 TensorProto.DataType. */
export type Dtype =
  | 'float32'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'float64'
  | 'uint32'
  | 'uint64'
  | 'complex64'
  | 'complex128'
  | 'bfloat16'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'uint4'
  | 'int4'
  | 'float4e2m1'
  | 'float8e8m0'
  | 'uint2'
  | 'int2'

/** A tensor whose bytes are little-endian raw data, possibly read lazily. */
export interface Tensor {
  readonly name: string
  readonly dtype: Dtype
  readonly dims: readonly number[]
  readonly byteLength: number
  /** The raw little-endian bytes; a view where possible, never to be written to. 4-bit types pack two per byte and 2-bit types four, lowest bits first. Strings: see `strings`. */
  bytes(): Uint8Array
  /** Only for dtype 'string': the UTF-8 values. */
  readonly strings?: readonly Uint8Array[]
  /** Unknown protobuf fields, kept as they came. */
  readonly unknown?: Uint8Array
}

/** Where a decoder reads tensor data that lives beside the model file. Synchronous, so that tensors can be read one at a time and late. */
export interface ByteSource {
  readonly size: number
  /** `length` bytes from `offset`; throws when they are not all there. */
  read(offset: number, length: number): Uint8Array
}

/** A dimension: fixed, symbolic, or not stated. */
export type Dim = number | string | null

/** Type and shape of a graph value. `dims: null` means the rank is not stated. `raw` keeps non-tensor types as bytes. */
export interface ValueInfo {
  readonly name: string
  readonly dtype: Dtype | null
  readonly dims: readonly Dim[] | null
  /** The whole TypeProto when it is not a plain tensor (sequence, map, optional, sparse); it wins over dtype and dims. */
  readonly raw?: Uint8Array
  /** Unknown protobuf fields of ValueInfoProto, kept as they came. */
  readonly unknown?: Uint8Array
  /** Unknown fields inside the type: TypeProto, its tensor type, its shape, and each dimension. */
  readonly typeUnknown?: {
    readonly type?: Uint8Array
    readonly tensor?: Uint8Array
    readonly shape?: Uint8Array
    readonly dims?: readonly (Uint8Array | undefined)[]
  }
}

export type Attribute = AttributeValue & {
  /** Unknown protobuf fields, kept as they came. */
  readonly unknown?: Uint8Array
}

type AttributeValue =
  | { readonly name: string; readonly kind: 'float'; readonly value: number }
  | { readonly name: string; readonly kind: 'int'; readonly value: bigint }
  | { readonly name: string; readonly kind: 'string'; readonly value: Uint8Array }
  | { readonly name: string; readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly name: string; readonly kind: 'graph'; readonly value: Graph }
  | { readonly name: string; readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly name: string; readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly name: string; readonly kind: 'strings'; readonly value: readonly Uint8Array[] }
  | { readonly name: string; readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly name: string; readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly name: string; readonly kind: 'other'; readonly raw: Uint8Array }

/** One operator call. `domain` '' is ai.onnx. An absent optional input is ''. */
export interface Node {
  readonly name: string
  readonly opType: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: readonly Attribute[]
  readonly unknown?: Uint8Array
}

export interface Graph {
  readonly name: string
  readonly nodes: readonly Node[]
  readonly initializers: readonly Tensor[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly valueInfo: readonly ValueInfo[]
  readonly unknown?: Uint8Array
}

export interface Model {
  readonly irVersion: number
  /** Domain ('' = ai.onnx) to version. */
  readonly opsets: Readonly<Record<string, number>>
  readonly producerName: string
  readonly producerVersion: string
  readonly graph: Graph
  /** FunctionProto messages kept decoded where needed, else raw. */
  readonly functions: readonly Uint8Array[]
  readonly metadata: Readonly<Record<string, string>>
  readonly unknown?: Uint8Array
}
