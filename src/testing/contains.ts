import assert from 'node:assert/strict'

/** Asserts that `part` is in `whole`: the same values at the same keys, whatever else `whole` has. */
export function assertContains(whole: unknown, part: unknown, at = 'value'): void {
  if (!isTree(part)) {
    assert.deepEqual(whole, part, at)
    return
  }
  assert.ok(isTree(whole), `${at} is ${String(whole)}`)
  if (Array.isArray(part)) assert.equal((whole as unknown[]).length, part.length, `${at}: length`)
  for (const [key, value] of Object.entries(part))
    assertContains(Reflect.get(whole, key), value, `${at}.${key}`)
}

/** Plain objects and arrays; typed arrays and dates are compared whole. */
function isTree(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const parent: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || parent === Object.prototype || parent === null
}
