import { RightsizeError } from '../error/error.ts'
import type { FileTensor } from './runtime-file.ts'

const dtypes = [
  [Float32Array, 'F32'],
  [Int32Array, 'I32'],
  [Int8Array, 'I8'],
] as const

/**
 * A safetensors file: 8-byte little-endian header length, JSON header padded with spaces to a multiple of 8,
 * tensors without holes, the widest types first so that every tensor is aligned.
 * Format: https://github.com/huggingface/safetensors#format.
 */
export function writeTensors(
  tensors: Readonly<Record<string, FileTensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  const ordered = Object.entries(tensors).sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  )
  let end = 0
  for (const [name, { shape, data }] of ordered) {
    const start = end
    end += data.byteLength
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [start, end] }
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const length = Math.ceil(json.length / 8) * 8
  const out = new Uint8Array(8 + length + end).fill(32, 8, 8 + length)
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true)
  out.set(json, 8)
  let at = 8 + length
  for (const [, { data }] of ordered) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return out
}

function dtypeOf(data: FileTensor['data']): string {
  const found = dtypes.find(([type]) => data instanceof type)
  if (found) return found[1]
  throw new RightsizeError('STUDENT_INPUT', 'a tensor of this element type cannot be written')
}

/** Runs a reader of a student's own form; what it throws becomes STUDENT_FILE. */
export function readStudent<T>(open: () => T): T {
  try {
    return open()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('STUDENT_FILE', `the model file cannot be read: ${why}`, { cause })
  }
}
