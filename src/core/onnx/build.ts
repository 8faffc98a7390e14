import type { HostTensor } from './host-tensor.ts'
import type { Attribute, Dim, Dtype, Graph, Model, Node, Tensor, ValueInfo } from './model.ts'
import { tensorOf } from './tensor-values.ts'

const textEncoder = new TextEncoder()

export function floatAttribute(name: string, value: number): Attribute {
  return { name, kind: 'float', value }
}

export function intAttribute(name: string, value: number | bigint): Attribute {
  return { name, kind: 'int', value: BigInt(value) }
}

export function stringAttribute(name: string, value: string): Attribute {
  return { name, kind: 'string', value: textEncoder.encode(value) }
}

export function tensorAttribute(name: string, value: Tensor): Attribute {
  return { name, kind: 'tensor', value }
}

export function graphAttribute(name: string, value: Graph): Attribute {
  return { name, kind: 'graph', value }
}

export function floatsAttribute(name: string, value: readonly number[]): Attribute {
  return { name, kind: 'floats', value }
}

export function intsAttribute(name: string, value: readonly (number | bigint)[]): Attribute {
  return { name, kind: 'ints', value: value.map(BigInt) }
}

export function stringsAttribute(name: string, value: readonly string[]): Attribute {
  return { name, kind: 'strings', value: value.map((text) => textEncoder.encode(text)) }
}

/** What a node may say beside its operator and its values. */
export interface NodeOptions {
  readonly name?: string
  /** '' (ai.onnx) unless said; 'com.microsoft' for onnxruntime's own operators. */
  readonly domain?: string
  readonly attributes?: readonly Attribute[]
}

/** One operator call. An absent optional input is ''. */
export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { name = '', domain = '', attributes = [] }: NodeOptions = {},
): Node {
  return { name, opType, domain, inputs, outputs, attributes }
}

/** A float32 tensor. */
export function float32Tensor(
  name: string,
  dims: readonly number[],
  values: Float32Array | readonly number[],
): Tensor {
  return tensorOf(name, { dtype: 'float32', dims, data: Float32Array.from(values) })
}

/** An int64 tensor from whole numbers; the usual type of shapes, axes and indices. */
export function int64Tensor(
  name: string,
  dims: readonly number[],
  values: readonly number[],
): Tensor {
  return tensorOf(name, { dtype: 'int64', dims, data: BigInt64Array.from(values, BigInt) })
}

/** A tensor from values in memory, without a copy. */
export function tensor(name: string, values: HostTensor): Tensor {
  return tensorOf(name, values)
}

/** Type and shape of a value: numbers are fixed, texts symbolic, null not stated (also for the type and the rank). */
export function valueInfo(
  name: string,
  dtype: Dtype | null,
  dims: readonly Dim[] | null,
): ValueInfo {
  return { name, dtype, dims }
}

/** A graph; nodes must be in topological order. */
export function graph(parts: {
  readonly name?: string
  readonly nodes: readonly Node[]
  readonly initializers?: readonly Tensor[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
}): Graph {
  return { name: 'graph', initializers: [], valueInfo: [], ...parts }
}

/** IR version and opset that models made here carry: both are read by every onnxruntime since 1.14 (2023). */
export const builtVersions = { irVersion: 8, opset: 18 } as const

/** A model around a graph. `opsets` are added to ai.onnx 18 and may replace it. */
export function model(
  graph: Graph,
  options: {
    readonly opsets?: Readonly<Record<string, number>>
    readonly metadata?: Readonly<Record<string, string>>
    readonly irVersion?: number
  } = {},
): Model {
  const { irVersion = builtVersions.irVersion, opsets = {}, metadata = {} } = options
  return {
    irVersion,
    opsets: { '': builtVersions.opset, ...opsets },
    producerName: 'rightsize',
    producerVersion: '',
    graph,
    functions: [],
    metadata,
  }
}
