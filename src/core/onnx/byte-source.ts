import type { ByteSource } from './model.ts'

/** A source over bytes in memory; what is read are views. Reading beyond the end throws a RangeError: callers check `size` first. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  const read = (offset: number, length: number) => {
    if (offset + length > bytes.length) throw new RangeError('read beyond the end')
    return bytes.subarray(offset, offset + length)
  }
  return { size: bytes.length, read }
}
