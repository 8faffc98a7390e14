import { answerText, references } from './answer-text.ts'
import { type Options, readOptions, type ScorerOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

/**
 * exact: 1 when the answer is the label (or one of the references), else 0.
 *
 * What it does: compares texts after the normalization that its options name; by default only space is forgiven.
 * When to use: labels of a classifier; short answers with one right form.
 * When it misleads: a chat model that answers "The intent is refund." is wrong here; use contains or ignore punctuation
 * and case, or ask in the prompt for the label alone.
 * Example: `scorer: { name: exact, options: { ignoreCase: true } }`
 * Source: accuracy_score of scikit-learn 1.7 on the same pairs.
 */
export function exact(options: Options): Scorer {
  const rules = readOptions('exact', options)
  return {
    name: 'exact',
    version: '1',
    deterministic: true,
    score: (output, item) => {
      const answered = answerText(output)
      if (answered === null) return { score: 0, reason: `a ${output.kind} is not text` }
      const read = normalized(answered, rules)
      const right = references(item, 'exact').find((one) => normalized(one, rules) === read)
      return { score: right === undefined ? 0 : 1, read: right ?? answered.trim() }
    },
  }
}

/** The text as the comparison sees it. Unicode is put into one form (NFC) always. */
function normalized(text: string, rules: ScorerOptions<'exact'>): string {
  const composed = text.normalize('NFC')
  const cased = rules.ignoreCase ? composed.toLowerCase() : composed
  const bare = rules.ignorePunctuation ? cased.replace(/\p{P}+/gu, '') : cased
  return rules.ignoreSpace ? bare.trim().replace(/\s+/gu, ' ') : bare
}
