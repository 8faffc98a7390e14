import type { Dim } from './model.ts'

export type Dims = readonly Dim[]

/** A negative axis counted from the end. */
export function normalAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** The product of dims: a number when all are, null otherwise, or the one symbol when every other dim is 1. */
export function productOf(dims: Dims): Dim {
  const rest = dims.filter((dim) => dim !== 1)
  if (rest.length === 1) return rest[0] ?? null
  let product = 1
  for (const dim of rest) {
    if (typeof dim !== 'number') return null
    product *= dim
  }
  return product
}

/** The dims of a NumPy-style broadcast; null when a rank is not known. */
export function broadcastDims(left: Dims | null, right: Dims | null): Dims | null {
  if (left === null || right === null) return null
  const rank = Math.max(left.length, right.length)
  const at = (dims: Dims, index: number): Dim => {
    const from = index - (rank - dims.length)
    return from < 0 ? 1 : (dims[from] ?? null)
  }
  return Array.from({ length: rank }, (_, index) => broadcastDim(at(left, index), at(right, index)))
}

/** 1 gives way; a fixed size above 1 wins over a symbol; two different symbols are not decided. */
function broadcastDim(left: Dim, right: Dim): Dim {
  if (left === 1) return right
  if (right === 1 || left === right) return left
  if (typeof left === 'number') return left
  return typeof right === 'number' ? right : null
}

/** One size of a convolution or pooling: floor or ceil of (size + pads - window) / stride, plus 1. Null when the size is not a number. */
export function slidingDim(
  size: Dim,
  { window, stride, pads, ceil }: { window: number; stride: number; pads: number; ceil: boolean },
): Dim {
  if (typeof size !== 'number') return null
  const steps = (size + pads - window) / stride
  return (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1
}
