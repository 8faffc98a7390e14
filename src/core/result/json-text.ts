/** Characters above which a document is refused: a result of a million items and ten candidates has half of them. */
const longest = 100_000_000

/** Levels of objects and lists above which a document is refused; those that rightsize writes have 12. */
const deepest = 64

/**
 * JSON that another program may have written or cut: the value, or why it is refused, as the end of a sentence. Refused
 * are broken syntax (NaN and Infinity among it), texts that are too long or too deep, keys that stand twice in one
 * object, of which readers would take different ones, and `__proto__`.
 */
export function readJson(
  text: string,
): { readonly value: unknown } | { readonly refused: string; readonly cause?: unknown } {
  if (text.length > longest) return { refused: `is longer than ${longest} characters` }
  try {
    const value: unknown = JSON.parse(text)
    const refused = flawOf(text)
    return refused === null ? { value } : { refused }
  } catch (cause) {
    const conflict = /^(<{7}|>{7}) /m.test(text)
    const why = conflict ? 'holds marks of a merge conflict' : (cause as Error).message
    return { refused: `is not JSON: ${why}`, cause }
  }
}

/** Depth and keys of a text whose syntax is right; null where nothing is wrong with them. */
function flawOf(text: string): string | null {
  /** Keys of the open objects; null for an open list. */
  const open: (Set<string> | null)[] = []
  let keyNext = false
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]
    if (mark === '{' || mark === '[') {
      if (open.push(mark === '{' ? new Set() : null) > deepest)
        return `has more than ${deepest} levels`
      keyNext = mark === '{'
    } else if (mark === '}' || mark === ']') open.pop()
    else if (mark === ',') keyNext = open.at(-1) !== null
    else if (mark === '"') {
      const end = endOfString(text, at)
      const keys = keyNext ? open.at(-1) : null
      const flaw = keys == null ? null : keyFlaw(text.slice(at, end), keys)
      if (flaw !== null) return flaw
      keyNext = false
      at = end - 1
    }
  }
  return null
}

/** Position after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let end = start
  let slashes: number
  do {
    end = text.indexOf('"', end + 1)
    slashes = 0
    while (text[end - 1 - slashes] === '\\') slashes++
  } while (slashes % 2 === 1)
  return end + 1
}

function keyFlaw(quoted: string, keys: Set<string>): string | null {
  const key: string = JSON.parse(quoted)
  if (key === '__proto__') return 'has a key `__proto__`'
  if (keys.has(key)) return `has the key \`${key.slice(0, 60)}\` twice in one object`
  keys.add(key)
  return null
}
