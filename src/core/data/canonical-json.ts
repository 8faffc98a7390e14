/**
 * JSON by RFC 8785 (JCS): keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them.
 * The same value gives the same bytes, so a digest of it names it. `undefined` members are left out.
 * Throws TypeError on NaN and Infinity, which JSON has not.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string')
    return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('JSON has no NaN and no Infinity')
    return JSON.stringify(value)
  }
  if (isFlat(value)) return JSON.stringify(value)
  if (Array.isArray(value))
    return `[${value.map((entry) => canonicalJson(entry ?? null)).join(',')}]`
  if (typeof value === 'object') return canonicalObject(value as Record<string, unknown>)
  throw new TypeError(`JSON has no ${typeof value}`)
}

/** Lists of texts, numbers and nulls alone, which JSON.stringify writes in this form: some have a million entries. */
export const isFlat = (value: unknown): value is readonly (string | number | null)[] =>
  Array.isArray(value) &&
  value.every((entry) => entry === null || typeof entry === 'string' || Number.isFinite(entry))

function canonicalObject(value: Record<string, unknown>): string {
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`)
  return `{${members.join(',')}}`
}
