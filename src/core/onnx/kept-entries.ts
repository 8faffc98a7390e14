import { RightsizeError } from '../error/error.ts'
import { byteLengthOf, elementCount } from './dtype.ts'
import type { Tensor } from './model.ts'

/**
 * A tensor with only these entries of an axis, in this order; copied when its bytes are asked for. Throws ONNX_UNSUPPORTED where entries do
 * not end at whole bytes, as in packed types.
 */
export function keptEntries(tensor: Tensor, axis: number, kept: readonly number[]): Tensor {
  const dims = tensor.dims.with(axis, kept.length)
  const outer = elementCount(tensor.dims.slice(0, axis))
  const entries = tensor.dims[axis] ?? 0
  // By bytes of the whole, not of an element: two 4-bit codes share a byte.
  const step = entries === 0 || outer === 0 ? 0 : tensor.byteLength / (outer * entries)
  const byteLength = outer * kept.length * step
  if (byteLengthOf(tensor.dtype, elementCount(dims)) !== byteLength)
    throw new RightsizeError('ONNX_UNSUPPORTED', `'${tensor.name}' cannot be cut between bytes`)
  const bytes = () => copied(tensor.bytes(), { outer, entries, step }, kept)
  return { ...tensor, dims, byteLength, bytes }
}

/** The same along several axes, copied at once and kept in memory. */
export function taken(tensor: Tensor, axes: readonly number[], kept: readonly number[]): Tensor {
  return axes.reduce((cut, axis) => {
    const lazy = keptEntries(cut, axis, kept)
    const bytes = lazy.bytes()
    return { ...lazy, bytes: () => bytes }
  }, tensor)
}

interface Layout {
  readonly outer: number
  readonly entries: number
  readonly step: number
}

function copied(bytes: Uint8Array, layout: Layout, kept: readonly number[]): Uint8Array {
  const { outer, entries, step } = layout
  if (step % 4 !== 0) return pieces(bytes, new Uint8Array(outer * kept.length * step), layout, kept)
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
  const out = new Uint32Array((outer * kept.length * step) / 4)
  return new Uint8Array(pieces(words, out, { outer, entries, step: step / 4 }, kept).buffer)
}

function pieces<T extends Uint8Array | Uint32Array>(
  from: T,
  to: T,
  { outer, entries, step }: Layout,
  kept: readonly number[],
): T {
  let at = 0
  for (let block = 0; block < outer; block += 1)
    for (const entry of kept) {
      const start = (block * entries + entry) * step
      if (step === 1) to[at] = from[start] as number
      else to.set(from.subarray(start, start + step), at)
      at += step
    }
  return to
}
