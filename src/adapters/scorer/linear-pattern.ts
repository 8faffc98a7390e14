import { RE2JS } from 're2js'
import type { CompilePattern } from '../../core/score/regex.ts'

/** White space of ECMAScript beyond that of RE2 (source: ECMA-262, WhiteSpace and LineTerminator). */
const moreSpace =
  '\\x{0B}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}'

/**
 * A pattern in time linear in the text, by RE2's automata; null where it cannot be one: look-ahead, back-references, a
 * repetition above 1000. The words of JavaScript keep their meaning: `\s` and `.` know the spaces and line ends of Unicode;
 * with `m`, lines end at a line feed alone.
 */
export const linearPattern: CompilePattern = (pattern, flags) => {
  try {
    const known = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL }
    const set = Object.entries(known).reduce(
      (bits, [flag, bit]) => (flags.includes(flag) ? bits | bit : bits),
      RE2JS.LOOKBEHINDS,
    )
    const compiled = RE2JS.compile(asRe2(RE2JS.translateRegExp(pattern), flags.includes('s')), set)
    return (text) => {
      const matcher = compiled.matcher(text)
      if (!matcher.find()) return null
      return Array.from(
        { length: matcher.groupCount() + 1 },
        (_, i) => matcher.group(i) ?? undefined,
      )
    }
  } catch {
    return null
  }
}

/** `\s`, `\S` and `.` of a translated pattern, written out. */
function asRe2(pattern: string, dotAll: boolean): string {
  let inClass = false
  return pattern.replace(/\\x\{[0-9A-F]+\}|\\[\s\S]|[[\].]/giu, (piece) => {
    if (piece === '\\s') return inClass ? `\\s${moreSpace}` : `[\\s${moreSpace}]`
    if (piece === '\\S' && !inClass) return `[^\\s${moreSpace}]`
    if (piece === '.' && !inClass && !dotAll) return '[^\\n\\r\\x{2028}\\x{2029}]'
    if (piece === '[') inClass = true
    else if (piece === ']') inClass = false
    return piece
  })
}
