/** Brackets in brackets, at most; people and tools write a dozen. */
const deepest = 1000

/**
 * Whether brackets of YAML's or JSON's collections stand in each other deeper than any reader of YAML can follow: beyond
 * some 10,000 it ends the process, and no error of it can be caught. Brackets in texts count, too.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    if (bracket === '[' || bracket === '{') depth++
    else if (depth > 0) depth--
    if (depth > deepest) return true
  }
  return false
}
