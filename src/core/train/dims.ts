import { elementCount } from '../onnx/dtype.ts'
import type { Dim, Graph, Node, Tensor } from '../onnx/model.ts'
import { float32Of, integersOf } from '../onnx/tensor-values.ts'

/** What is known before a run: dims per value (absent = rank not known) and the values of small integer constants. */
export interface KnownDims {
  of(name: string): readonly Dim[] | undefined
  /** Values of a constant int64 tensor (initializer or Constant node), else undefined. */
  ints(name: string): readonly number[] | undefined
  /** Values of a constant float tensor of one element, else undefined. */
  number(name: string): number | undefined
}

type Dims = readonly Dim[]
interface State {
  readonly dims: Map<string, Dims>
  readonly ints: Map<string, readonly number[]>
  readonly numbers: Map<string, number>
}
type DimRule = (node: Node, state: State) => readonly (Dims | undefined)[]

/** An integer attribute, or `fallback`. */
export function readInt(node: Node, name: string, fallback: number): number {
  const found = node.attributes.find((attribute) => attribute.name === name)
  return found?.kind === 'int' ? Number(found.value) : fallback
}

/** A list-of-integers attribute, or undefined. */
export function readInts(node: Node, name: string): readonly number[] | undefined {
  const found = node.attributes.find((attribute) => attribute.name === name)
  return found?.kind === 'ints' ? found.value.map(Number) : undefined
}

/** A float attribute, or `fallback`. */
export function readFloat(node: Node, name: string, fallback: number): number {
  const found = node.attributes.find((attribute) => attribute.name === name)
  return found?.kind === 'float' ? found.value : fallback
}

const inputDims = (node: Node, state: State, index: number): Dims | undefined =>
  state.dims.get(node.inputs[index] ?? '')

const same: DimRule = (node, state) => [inputDims(node, state, 0)]

/** The dim of a broadcast: 1 gives way; a fixed dim wins over a symbol; two different symbols are not decided. */
function broadcastDim(a: Dim, b: Dim): Dim {
  if (a === 1) return b
  if (b === 1 || a === b) return a
  if (typeof a === 'number') return a
  return typeof b === 'number' ? b : null
}

/** Dims of a NumPy-style broadcast. */
export function broadcastDims(a: Dims, b: Dims): Dims {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, index) => {
    const fromA = index - (rank - a.length)
    const fromB = index - (rank - b.length)
    return broadcastDim(fromA < 0 ? 1 : (a[fromA] ?? null), fromB < 0 ? 1 : (b[fromB] ?? null))
  })
}

const elementwise: DimRule = (node, state) => {
  let dims: Dims | undefined
  for (const [index] of node.inputs.entries()) {
    const next = inputDims(node, state, index)
    if (next === undefined) return [undefined]
    dims = dims === undefined ? next : broadcastDims(dims, next)
  }
  return [dims]
}

const swapLast = (dims: Dims, swap: boolean): Dims =>
  swap ? [...dims.slice(0, -2), dims.at(-1) ?? null, dims.at(-2) ?? null] : dims

const matMul: DimRule = (node, state) => {
  const a = inputDims(node, state, 0)
  const b = inputDims(node, state, 1)
  if (a === undefined || b === undefined || a.length < 2 || b.length < 2) return [undefined]
  const left = swapLast(a, readInt(node, 'transA', 0) === 1)
  const right = swapLast(b, readInt(node, 'transB', 0) === 1)
  const batch = broadcastDims(left.slice(0, -2), right.slice(0, -2))
  return [[...batch, left.at(-2) ?? null, right.at(-1) ?? null]]
}

const reshape: DimRule = (node, state) => {
  const shape = state.ints.get(node.inputs[1] ?? '')
  const input = inputDims(node, state, 0)
  if (shape === undefined) {
    const rank = inputDims(node, state, 1)?.[0]
    return [typeof rank === 'number' ? Array.from({ length: rank }, () => null) : undefined]
  }
  return [
    shape.map((size, index) => (size === 0 ? (input?.[index] ?? null) : size < 0 ? null : size)),
  ]
}

const transpose: DimRule = (node, state) => {
  const dims = inputDims(node, state, 0)
  if (dims === undefined) return [undefined]
  const perm = readInts(node, 'perm') ?? dims.map((_, index) => dims.length - 1 - index)
  return [perm.map((index) => dims[index] ?? null)]
}

const gather: DimRule = (node, state) => {
  const data = inputDims(node, state, 0)
  const indices = inputDims(node, state, 1)
  if (data === undefined || indices === undefined) return [undefined]
  const axis = normalAxis(readInt(node, 'axis', 0), data.length)
  return [[...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]]
}

/** A negative axis counted from the end. */
export function normalAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** Axes of a Reduce, Squeeze or Unsqueeze node, from the attribute or the constant input; undefined when they are not known, [] when none are given. */
export function axesOf(node: Node, known: Pick<KnownDims, 'ints'>): readonly number[] | undefined {
  const attribute = readInts(node, 'axes')
  if (attribute !== undefined) return attribute
  const input = node.inputs[1]
  return input === undefined || input === '' ? [] : known.ints(input)
}

const reduce: DimRule = (node, state) => {
  const dims = inputDims(node, state, 0)
  const axes = axesOf(node, { ints: (name) => state.ints.get(name) })
  if (dims === undefined || axes === undefined) return [undefined]
  const all = axes.length === 0 ? dims.map((_, index) => index) : axes
  const reduced = new Set(all.map((axis) => normalAxis(axis, dims.length)))
  if (readInt(node, 'keepdims', 1) === 1)
    return [dims.map((dim, index) => (reduced.has(index) ? 1 : dim))]
  return [dims.filter((_, index) => !reduced.has(index))]
}

const unsqueeze: DimRule = (node, state) => {
  const dims = inputDims(node, state, 0)
  const axes = axesOf(node, { ints: (name) => state.ints.get(name) })
  if (dims === undefined || axes === undefined) return [undefined]
  const rank = dims.length + axes.length
  const added = new Set(axes.map((axis) => normalAxis(axis, rank)))
  const rest = dims.values()
  return [
    Array.from({ length: rank }, (_, index) =>
      added.has(index) ? 1 : ((rest.next().value as Dim | undefined) ?? null),
    ),
  ]
}

const squeeze: DimRule = (node, state) => {
  const dims = inputDims(node, state, 0)
  const axes = axesOf(node, { ints: (name) => state.ints.get(name) })
  if (dims === undefined || axes === undefined || axes.length === 0) return [undefined]
  const gone = new Set(axes.map((axis) => normalAxis(axis, dims.length)))
  return [dims.filter((_, index) => !gone.has(index))]
}

const concat: DimRule = (node, state) => {
  const all = node.inputs.map((_, index) => inputDims(node, state, index))
  const first = all[0]
  if (first === undefined) return [undefined]
  const axis = normalAxis(readInt(node, 'axis', 0), first.length)
  const sizes = all.map((dims) => dims?.[axis] ?? null)
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((sum, size) => sum + size, 0)
    : null
  return [first.map((dim, index) => (index === axis ? total : dim))]
}

/** Slices and splits keep the rank; the sliced dims are left open. */
const cut: DimRule = (node, state) => {
  const dims = inputDims(node, state, 0)
  return node.outputs.map(() => dims?.map(() => null))
}

const layerNormalization: DimRule = (node, state) => {
  const dims = inputDims(node, state, 0)
  if (dims === undefined) return [undefined]
  const axis = normalAxis(readInt(node, 'axis', -1), dims.length)
  const statistics = dims.map((dim, index) => (index < axis ? dim : 1))
  return [dims, statistics, statistics]
}

const gemm: DimRule = (node, state) => {
  const dims = matMul(node, state)[0]
  return [dims]
}

const shapeOf: DimRule = (node, state) => {
  const dims = inputDims(node, state, 0)
  if (dims === undefined) return [undefined]
  // Since opset 15 a part of the shape can be asked for.
  const part = dims.slice(readInt(node, 'start', 0), readInt(node, 'end', dims.length))
  return [[part.length]]
}

const dimRules: Readonly<Record<string, DimRule>> = {
  ...Object.fromEntries(
    [
      'Identity',
      'Cast',
      'Neg',
      'Sqrt',
      'Exp',
      'Log',
      'Erf',
      'Tanh',
      'Sigmoid',
      'Relu',
      'Gelu',
      'Softmax',
      'LogSoftmax',
      'Abs',
      'Not',
      'FastGelu',
      'QuickGelu',
    ].map((op) => [op, same]),
  ),
  ...Object.fromEntries(
    [
      'Add',
      'Sub',
      'Mul',
      'Div',
      'Pow',
      'Where',
      'Equal',
      'Less',
      'Greater',
      'And',
      'Or',
      'Min',
      'Max',
      'Sum',
    ].map((op) => [op, elementwise]),
  ),
  Dropout: (node, state) => [inputDims(node, state, 0), inputDims(node, state, 0)],
  MatMul: matMul,
  FusedMatMul: matMul,
  Gemm: gemm,
  Reshape: reshape,
  Transpose: transpose,
  Gather: gather,
  ReduceMean: reduce,
  ReduceSum: reduce,
  ReduceMax: reduce,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Concat: concat,
  Slice: cut,
  Split: cut,
  LayerNormalization: layerNormalization,
  Shape: shapeOf,
}

/** Constants longer than this are data, not shapes. */
const longestShape = 64

function readConstant(state: State, name: string, tensor: Tensor): void {
  state.dims.set(name, tensor.dims)
  const count = elementCount(tensor.dims)
  if (tensor.dtype === 'int64' && count <= longestShape) state.ints.set(name, integersOf(tensor))
  if (tensor.dtype === 'float32' && count === 1) state.numbers.set(name, float32Of(tensor)[0] ?? 0)
}

function readNode(state: State, node: Node): void {
  const value = node.attributes.find((attribute) => attribute.name === 'value')
  if (node.opType === 'Constant' && value?.kind === 'tensor' && node.outputs[0] !== undefined) {
    readConstant(state, node.outputs[0], value.value)
    return
  }
  const found = dimRules[node.opType]?.(node, state) ?? []
  for (const [index, output] of node.outputs.entries()) {
    const dims = found[index]
    if (dims !== undefined && output !== '' && !state.dims.has(output)) state.dims.set(output, dims)
  }
}

/**
 * Dims of the graph's values as far as they follow from inputs, initializers, value_info and the ops listed here, in one forward walk.
 * What it does not know stays unknown: callers fall back to shapes computed inside the graph. Nodes must be in topological order.
 */
export function knownDims(graph: Graph): KnownDims {
  const state: State = { dims: new Map(), ints: new Map(), numbers: new Map() }
  for (const info of [...graph.inputs, ...graph.valueInfo, ...graph.outputs])
    if (info.dims !== null) state.dims.set(info.name, info.dims)
  for (const tensor of graph.initializers) readConstant(state, tensor.name, tensor)
  for (const node of graph.nodes) readNode(state, node)
  return {
    of: (name) => state.dims.get(name),
    ints: (name) => state.ints.get(name),
    number: (name) => state.numbers.get(name),
  }
}
