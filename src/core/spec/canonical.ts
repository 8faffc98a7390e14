/**
 * JSON in the one form of RFC 8785 (JCS): keys sorted by UTF-16 code units, no spaces, numbers as ECMAScript prints
 * them. Keys that hold undefined are left out; NaN and Infinity become null, typed arrays lists of their numbers and
 * bigints texts, so that any item can be digested.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return JSON.stringify(String(value))
  if (ArrayBuffer.isView(value))
    return canonicalJson(Array.from(value as Uint8Array | BigInt64Array, String))
  if (Array.isArray(value))
    return `[${value.map((v) => canonicalJson(v === undefined ? null : v)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const object = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(object).filter((key) => object[key] !== undefined)
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`)
    .join(',')}}`
}

/** The canonical form as UTF-8 bytes, for a digest. */
export const canonicalBytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(canonicalJson(value))
