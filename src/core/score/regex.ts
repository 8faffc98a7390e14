import { RightsizeError } from '../error/error.ts'
import { answerText, references } from './answer-text.ts'
import { type Options, readOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

/** Characters of an answer that are matched: patterns can be slow on long texts. */
const LONGEST = 100_000

/**
 * regex: 1 when the answer matches the pattern; with `group`, when that group is the label.
 *
 * What it does: runs a JavaScript regular expression over the answer (its first 100,000 characters).
 * When to use: formats (dates, codes), or a label inside a fixed phrase: `pattern: "Answer: (\\w+)"`, `group: 1`.
 * When it misleads: an unanchored pattern matches anywhere, also in a sentence that denies it.
 * Example: `scorer: { name: regex, options: { pattern: "^\\d{4}-\\d{2}-\\d{2}$" } }`
 * Source: RegExp of ECMAScript 2023; the assertion regex of promptfoo.
 */
export function regex(options: Options): Scorer {
  const { pattern, flags, group } = readOptions('regex', options)
  const fixed = pattern === null ? null : compiled(pattern, flags)
  return {
    name: 'regex',
    version: '1',
    deterministic: true,
    score: (output, item) => {
      const answered = answerText(output)?.slice(0, LONGEST)
      if (answered === undefined) return { score: 0, reason: `a ${output.kind} is not text` }
      if (fixed === null) return anyMatches(answered, references(item, 'regex'), flags)
      const match = answered.match(fixed)
      if (group === null) return { score: match === null ? 0 : 1, read: match?.[0] ?? answered }
      const read = match?.[group]
      if (read === undefined) return { score: 0, reason: 'the pattern does not match' }
      return { score: references(item, 'regex').includes(read) ? 1 : 0, read }
    },
  }
}

function anyMatches(answered: string, patterns: readonly string[], flags: string) {
  const match = patterns.map((one) => answered.match(compiled(one, flags))).find((m) => m !== null)
  return { score: match === undefined ? 0 : 1, read: match?.[0] ?? answered }
}

/** Throws SCORER_OPTION where the text is no pattern. `g` and `y` would keep a position and are left out. */
function compiled(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags.replace(/[gy]/g, ''))
  } catch (cause) {
    const what = `The pattern ${JSON.stringify(pattern)} is not a regular expression.`
    throw new RightsizeError('SCORER_OPTION', what, { cause })
  }
}
