import { canonicalJson, isFlat } from './canonical-json.ts'

/**
 * The canonical JSON of a value as UTF-8 bytes, for a digest. What JSON has not is written plainly first: typed arrays
 * as lists of numbers (64-bit ones as texts), bigints as texts, NaN and Infinity as their names.
 */
export const canonicalBytes = (value: unknown): Uint8Array =>
  encoder.encode(canonicalJson(typeof value === 'string' || isFlat(value) ? value : plain(value)))

const encoder = new TextEncoder()
const scratch = new Uint8Array(4096)

/** The digest of a text as UTF-8; short ones are written into the same bytes each time, for there may be millions. */
export function textDigest(text: string, digest: (bytes: Uint8Array) => string): string {
  if (text.length * 3 > scratch.length) return digest(encoder.encode(text))
  return digest(scratch.subarray(0, encoder.encodeInto(text, scratch).written))
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)))
    return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array | BigInt64Array, plain)
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}
