import { intsOf } from './attributes.ts'
import type { Dims } from './dims.ts'
import type { Dim, Dtype, Node, Tensor, ValueInfo } from './model.ts'
import { integersOf } from './tensor-values.ts'

/** What is known about a value before the graph runs. A dim is a number, a symbol (equal symbols are equal sizes), or null. */
export interface ValueFacts {
  readonly dtype: Dtype | null
  /** Null when the rank is not known. */
  readonly dims: readonly Dim[] | null
  /** The content of a small integer tensor of rank 0 or 1, where known: shapes on their way to a Reshape. */
  readonly content?: readonly Dim[]
}

/** Nothing is known. */
export const unknownFacts: ValueFacts = { dtype: null, dims: null }

/** The content where all of it is known as numbers. */
export function numbersIn(content: readonly Dim[] | undefined): readonly number[] | undefined {
  return content?.every((one) => typeof one === 'number') ? (content as number[]) : undefined
}

/** The facts of a node's outputs from those of its inputs; an absent optional input has `unknownFacts`. */
export type ShapeRule = (node: Node, inputs: readonly ValueFacts[]) => readonly ValueFacts[]

/** A rule of one output, of the first input's type, whose dims follow from those of the first input; unknown where those are. */
export const overDims =
  (dimsOf: (dims: Dims, node: Node, inputs: readonly ValueFacts[]) => Dims | null): ShapeRule =>
  (node, inputs) => {
    const { dtype, dims } = inputs[0] ?? unknownFacts
    return [{ dtype, dims: dims === null ? null : dimsOf(dims, node, inputs) }]
  }

/** Integer tensors up to this many elements are followed as content: shapes, axes, permutations. */
const contentLimit = 64

/** The facts of a constant: its dims and, when it is a small integer tensor that can be read now, its content. */
export function factsOfTensor(tensor: Tensor): ValueFacts {
  const { dtype, dims, byteLength } = tensor
  const integer = dtype === 'int64' || dtype === 'int32'
  if (!integer || dims.length > 1 || byteLength > 8 * contentLimit) return { dtype, dims }
  return { dtype, dims, content: integersOf(tensor) }
}

/** The facts, or less where a hostile graph would let ranks or contents grow without end: ranks above 64 are unknown. */
export function boundedFacts(facts: ValueFacts): ValueFacts {
  const { dtype, dims, content } = facts
  const rank = dims === null || dims.length > 64 ? null : dims
  return content === undefined || content.length > contentLimit
    ? { dtype, dims: rank }
    : { dtype, dims: rank, content }
}

/** The facts that a value info states. A negative size is an old way to say that any will do. */
export function factsOfInfo({ dtype, dims }: ValueInfo): ValueFacts {
  const open = (dim: Dim) => dim === '' || (typeof dim === 'number' && dim < 0)
  return { dtype, dims: dims?.map((dim) => (open(dim) ? null : dim)) ?? null }
}

/** The inferred facts, with holes filled from the declared ones. */
export function mergeFacts(inferred: ValueFacts, declared: ValueFacts | undefined): ValueFacts {
  if (declared === undefined) return inferred
  const { content } = inferred
  const dims =
    inferred.dims !== null && inferred.dims.length === declared.dims?.length
      ? inferred.dims.map((dim, index) => bestDim(dim, declared.dims?.[index] ?? null))
      : (inferred.dims ?? declared.dims)
  const dtype = inferred.dtype ?? declared.dtype
  return content === undefined ? { dtype, dims } : { dtype, dims, content }
}

function bestDim(inferred: Dim, declared: Dim): Dim {
  if (typeof inferred === 'number') return inferred
  return typeof declared === 'number' ? declared : (inferred ?? declared)
}

/** Facts with content only when there is some. */
export function factsWith(
  dtype: ValueFacts['dtype'],
  dims: Dims | null,
  content?: Dims,
): ValueFacts {
  return content === undefined ? { dtype, dims } : { dtype, dims, content }
}

/** Numbers from an attribute (older opsets) or from an input (newer ones); undefined when they are not known. */
export function numbersFrom(
  node: Node,
  key: string,
  index: number,
  inputs: readonly ValueFacts[],
): readonly number[] | undefined {
  return intsOf(node, key) ?? numbersIn(inputs[index]?.content)
}
