import { RightsizeError } from '../error/error.ts'
import type { Tensor } from '../onnx/model.ts'

/** Bytes that are looked at in one go: a copy of this size for alignment, never of a whole tensor. */
const blockBytes = 1 << 18

/**
 * Hands the values of a float32 tensor over in blocks of whole rows, in order, with the number of the first row. The array is used again
 * for the next block. Keeps a 90 MB model, whose tensors lie at odd offsets, from being copied whole.
 */
export function eachBlock(
  tensor: Tensor,
  rowLength: number,
  take: (values: Float32Array, firstRow: number) => void,
): void {
  if (tensor.dtype !== 'float32') {
    const what = `tensor '${tensor.name}' is ${tensor.dtype}, wanted float32`
    throw new RightsizeError('SHRINK_PASS', what)
  }
  const bytes = tensor.bytes()
  const rowBytes = Math.max(4, 4 * rowLength)
  const step = Math.max(1, Math.floor(blockBytes / rowBytes))
  const scratch = new Uint8Array(Math.min(bytes.length, step * rowBytes))
  for (let row = 0; row * rowBytes < bytes.length; row += step) {
    const part = bytes.subarray(row * rowBytes, (row + step) * rowBytes)
    scratch.set(part)
    take(new Float32Array(scratch.buffer, 0, part.length >> 2), row)
  }
}

/** The largest magnitude; Infinity when a value is not finite. */
export function largestMagnitude(tensor: Tensor): number {
  let largest = 0
  eachBlock(tensor, 1, (values) => {
    for (let at = 0; at < values.length; at += 1) {
      const size = Math.abs(values[at] as number)
      if (!(size <= largest)) largest = Number.isNaN(size) ? Number.POSITIVE_INFINITY : size
    }
  })
  return largest
}
