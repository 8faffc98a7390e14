import { attributeOf, intOf, intsOf, tensorAttributeOf } from './attributes.ts'
import { type Dims, normalAxis, productOf } from './dims.ts'
import { dtypeOfCode } from './dtype.ts'
import type { Dim } from './model.ts'
import {
  factsOfTensor,
  factsWith,
  numbersFrom,
  numbersIn,
  overDims,
  type ShapeRule,
  unknownFacts,
  type ValueFacts,
} from './value-facts.ts'

const identity: ShapeRule = (_node, [input]) => [input ?? unknownFacts]

const cast: ShapeRule = (node, [input]) => {
  const dtype = dtypeOfCode(intOf(node, 'to', 0)) ?? null
  const integer = dtype === 'int64' || dtype === 'int32'
  return [factsWith(dtype, input?.dims ?? null, integer ? input?.content : undefined)]
}

const shape: ShapeRule = (node, [input]) => {
  const dims = input?.dims ?? null
  if (dims === null) return [{ dtype: 'int64', dims: [null] }]
  const from = normalAxis(intOf(node, 'start', 0), dims.length)
  const to = normalAxis(intOf(node, 'end', dims.length), dims.length)
  const content = dims.slice(Math.max(0, from), Math.max(0, to))
  return [{ dtype: 'int64', dims: [content.length], content }]
}

const size: ShapeRule = (_node, [input]) => {
  const dims = input?.dims ?? null
  return [factsWith('int64', [], dims === null ? undefined : [productOf(dims)])]
}

const constant: ShapeRule = (node) => {
  const tensor = tensorAttributeOf(node, 'value')
  if (tensor !== undefined) return [factsOfTensor(tensor)]
  const integer = attributeOf(node, 'value_int')
  if (integer?.kind === 'int') return [factsWith('int64', [], [Number(integer.value)])]
  const integers = intsOf(node, 'value_ints')
  if (integers !== undefined) return [factsWith('int64', [integers.length], integers)]
  return [unknownFacts]
}

const constantOfShape: ShapeRule = (node, [wanted]) => {
  const value = tensorAttributeOf(node, 'value')
  return [{ dtype: value?.dtype ?? 'float32', dims: wanted?.content ?? ranked(wanted) }]
}

/** A shape of which only the length is known: that many unknown dims. */
function ranked(wanted: ValueFacts | undefined): Dims | null {
  const rank = wanted?.dims?.[0]
  return typeof rank === 'number' && rank < 64 ? Array.from({ length: rank }, () => null) : null
}

const expand = overDims((dims, _node, [, wanted]) => {
  const target = wanted?.content
  if (target === undefined) return null
  const rank = Math.max(dims.length, target.length)
  const at = (list: Dims, index: number) => list[index - (rank - list.length)] ?? null
  return Array.from({ length: rank }, (_, index): Dim => {
    const [from, to] = [at(dims, index), at(target, index)]
    if (index < rank - dims.length) return to
    if (index < rank - target.length || to === 1) return from
    return from === 1 || typeof to === 'number' || from === to ? to : null
  })
})

const reshape: ShapeRule = (node, inputs) => {
  const [input, wanted] = inputs
  const dtype = input?.dtype ?? null
  const target = intsOf(node, 'shape') ?? wanted?.content
  if (target === undefined) return [{ dtype, dims: ranked(wanted) }]
  const from = input?.dims ?? null
  const keepsZero = intOf(node, 'allowzero', 0) === 1
  const copied = target.map((dim, index) =>
    dim === 0 && !keepsZero ? (from?.[index] ?? null) : dim,
  )
  const open = copied.indexOf(-1)
  const dims = open < 0 ? copied : copied.with(open, remaining(from, copied.toSpliced(open, 1)))
  return [factsWith(dtype, dims, dims.length === 1 ? input?.content : undefined)]
}

/** The size of -1: the input's dims divided by the others, symbols cancelled; null when that does not come out whole. */
function remaining(from: Dims | null, others: Dims): Dim {
  if (from === null || others.includes(null)) return null
  const left = [...from]
  const divisor = others.filter((dim) => {
    const at = left.indexOf(dim)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  const under = productOf(divisor)
  const over = productOf(left.filter((dim) => typeof dim === 'number'))
  const symbols = left.filter((dim) => typeof dim !== 'number')
  if (typeof under !== 'number' || typeof over !== 'number' || over % under !== 0) return null
  if (symbols.length === 0) return over / under
  return over === under && symbols.length === 1 ? (symbols[0] ?? null) : null
}

const flatten: ShapeRule = (node, [input]) => {
  const { dtype, dims } = input ?? unknownFacts
  if (dims === null) return [{ dtype, dims: [null, null] }]
  const axis = normalAxis(intOf(node, 'axis', 1), dims.length)
  return [{ dtype, dims: [productOf(dims.slice(0, axis)), productOf(dims.slice(axis))] }]
}

const transpose = overDims((dims, node) => {
  const order = intsOf(node, 'perm') ?? dims.map((_, index) => dims.length - 1 - index)
  return order.map((index) => dims[index] ?? null)
})

const gather: ShapeRule = (node, [data, indices]) => {
  const dtype = data?.dtype ?? null
  const [from, at] = [data?.dims ?? null, indices?.dims ?? null]
  if (from === null || at === null) return [{ dtype, dims: null }]
  const axis = normalAxis(intOf(node, 'axis', 0), from.length)
  const dims = [...from.slice(0, axis), ...at, ...from.slice(axis + 1)]
  const places = numbersIn(indices?.content)
  const content = data?.content
  if (content === undefined || places === undefined) return [{ dtype, dims }]
  const picked = places.map((place) => content[normalAxis(place, content.length)] ?? null)
  return [factsWith(dtype, dims, picked)]
}

/** Rows of a quantised table come out as floats. Source: onnxruntime/docs/ContribOperators.md, GatherBlockQuantized. */
const gatherBlocks: ShapeRule = (node, [data, indices, scales]) => {
  const [from, at] = [data?.dims ?? null, indices?.dims ?? null]
  const dtype = scales?.dtype ?? null
  if (from === null || at === null || from.length !== 2) return [{ dtype, dims: null }]
  const perByte = data?.dtype === 'uint8' && intOf(node, 'bits', 4) === 4 ? 2 : 1
  const width = from[1]
  return [{ dtype, dims: [...at, typeof width === 'number' ? width * perByte : null] }]
}

const concat: ShapeRule = (node, inputs) => {
  const dtype = inputs[0]?.dtype ?? null
  const all = inputs.map(({ dims }) => dims)
  const [head] = all
  if (head === undefined || head === null || all.includes(null)) return [{ dtype, dims: null }]
  const axis = normalAxis(intOf(node, 'axis', 1), head.length)
  const sizes = all.map((dims) => dims?.[axis] ?? null)
  const total = sizes.every((one) => typeof one === 'number')
    ? sizes.reduce((sum, one) => sum + one, 0)
    : null
  const dims = head.map((dim, index) => (index === axis ? total : agreed(all, index, dim)))
  const contents = inputs.map(({ content }) => content)
  const joined = contents.every((content) => content !== undefined) ? contents.flat() : undefined
  return [factsWith(dtype, dims, dims.length === 1 ? joined : undefined)]
}

/** The size that any of the inputs states for an axis on which they must agree. */
function agreed(all: readonly (Dims | null)[], index: number, fallback: Dim): Dim {
  for (const dims of all) if (typeof dims?.[index] === 'number') return dims[index]
  return fallback
}

const unsqueeze: ShapeRule = (node, inputs) => {
  const { dtype, dims, content } = inputs[0] ?? unknownFacts
  const axes = numbersFrom(node, 'axes', 1, inputs)
  if (dims === null || axes === undefined) return [{ dtype, dims: null }]
  const rank = dims.length + axes.length
  const added = new Set(axes.map((axis) => normalAxis(axis, rank)))
  let next = 0
  const wide = Array.from({ length: rank }, (_, index) =>
    added.has(index) ? 1 : (dims[next++] ?? null),
  )
  return [factsWith(dtype, wide, rank === 1 ? content : undefined)]
}

const squeeze: ShapeRule = (node, inputs) => {
  const { dtype, dims, content } = inputs[0] ?? unknownFacts
  const axes = numbersFrom(node, 'axes', 1, inputs)
  const open = axes === undefined && (node.inputs[1] ?? '') !== ''
  if (dims === null || open) return [{ dtype, dims: null }]
  if (axes === undefined && dims.some((dim) => typeof dim !== 'number'))
    return [{ dtype, dims: null }]
  const gone = new Set(axes?.map((axis) => normalAxis(axis, dims.length)))
  const narrow = dims.filter((dim, index) => (axes === undefined ? dim !== 1 : !gone.has(index)))
  return [factsWith(dtype, narrow, narrow.length === 0 ? content : undefined)]
}

const range: ShapeRule = (_node, inputs) => {
  const [start, limit, delta] = inputs.map(({ content }) => content?.[0])
  const dtype = inputs[0]?.dtype ?? null
  const known = typeof start === 'number' && typeof limit === 'number' && typeof delta === 'number'
  if (known && delta !== 0)
    return [{ dtype, dims: [Math.max(0, Math.ceil((limit - start) / delta))] }]
  return [{ dtype, dims: [start === 0 && delta === 1 ? (limit ?? null) : null] }]
}

const dropout: ShapeRule = (_node, [input]) => {
  const { dtype, dims } = input ?? unknownFacts
  return [
    { dtype, dims },
    { dtype: null, dims },
  ]
}

const likeIndices: ShapeRule = (_node, [data, indices]) => [
  { dtype: data?.dtype ?? null, dims: indices?.dims ?? null },
]

/** Rules of operators that move, copy or make values without calculating; those that cut are apart. */
export const layoutRules: Readonly<Record<string, ShapeRule>> = {
  Identity: identity,
  Cast: cast,
  Shape: shape,
  Size: size,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Expand: expand,
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Gather: gather,
  GatherBlockQuantized: gatherBlocks,
  GatherElements: likeIndices,
  ScatterElements: overDims((dims) => dims),
  ScatterND: overDims((dims) => dims),
  Concat: concat,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Range: range,
  Dropout: dropout,
}
