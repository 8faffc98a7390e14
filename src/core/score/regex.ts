import { RightsizeError } from '../error/error.ts'
import { answerText, references } from './answer-text.ts'
import { type Options, readOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

/** Characters of an answer that are matched: patterns can be slow on long texts. */
const LONGEST = 100_000

/**
 * regex: 1 when the answer matches the pattern; with `group`, when that group is the label.
 *
 * What it does: runs a regular expression, written as in JavaScript, over the answer (its first 100,000 characters), in
 * time linear in its length; only look-ahead and back-references run in JavaScript's own engine, for at most 2 seconds.
 * When to use: formats (dates, codes), or a label inside a fixed phrase: `pattern: "Answer: (\\w+)"`, `group: 1`.
 * When it misleads: an unanchored pattern matches anywhere, also in a sentence that denies it.
 * Example: `scorer: { name: regex, options: { pattern: "^\\d{4}-\\d{2}-\\d{2}$" } }`
 * Source: RegExp of ECMAScript 2023; the assertion regex of promptfoo.
 */
export function regex(options: Options, compile: CompilePattern = () => null): Scorer {
  const { pattern, flags, group } = readOptions('regex', options)
  const matcherOf = (text: string) => compiled(text, flags, compile)
  const fixed = pattern === null ? null : matcherOf(pattern)
  return {
    name: 'regex',
    version: '2',
    deterministic: true,
    score: (output, item) => {
      const answered = answerText(output)?.slice(0, LONGEST)
      if (answered === undefined) return { score: 0, reason: `a ${output.kind} is not text` }
      if (fixed === null) return anyMatches(answered, references(item, 'regex').map(matcherOf))
      const match = fixed(answered)
      if (group === null) return { score: match === null ? 0 : 1, read: match?.[0] ?? answered }
      const read = match?.[group]
      if (read === undefined) return { score: 0, reason: 'the pattern does not match' }
      return { score: references(item, 'regex').includes(read) ? 1 : 0, read }
    },
  }
}

function anyMatches(answered: string, patterns: readonly Match[]) {
  const match = patterns.map((one) => one(answered)).find((found) => found !== null)
  return { score: match === undefined ? 0 : 1, read: match?.[0] ?? answered }
}

/** The first match in a text, with its groups; null where there is none. */
export type Match = (text: string) => readonly (string | undefined)[] | null

/** A pattern as an engine runs it; null where the engine cannot. Throws what refuses the pattern. */
export type CompilePattern = (pattern: string, flags: string) => Match | null

/**
 * The pattern in the engine that is given, else in JavaScript's own. Throws SCORER_OPTION where the text is no pattern. `g`
 * and `y` would keep a position and are left out.
 */
function compiled(pattern: string, flags: string, compile: CompilePattern): Match {
  const own = jsPattern(pattern, flags.replace(/[gy]/g, ''))
  return compile(pattern, own.flags) ?? ((text) => text.match(own))
}

function jsPattern(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags)
  } catch (cause) {
    const what = `The pattern ${JSON.stringify(pattern)} is not a regular expression.`
    throw new RightsizeError('SCORER_OPTION', what, { cause })
  }
}
