import { answerText, references } from './answer-text.ts'
import { type Options, readOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

/**
 * contains: 1 when the answer holds the label (or one of the references) as a part, else 0.
 *
 * What it does: looks for the text inside the answer.
 * When to use: free text that must name something.
 * When it misleads: "not Paris" contains Paris, and an answer that lists every label is always right.
 * Example: `scorer: { name: contains, options: { ignoreCase: true } }`
 * Source: the assertions contains, icontains, contains-any and contains-all of promptfoo.
 */
export function contains(options: Options): Scorer {
  const { ignoreCase, all, values } = readOptions('contains', options)
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text)
  return {
    name: 'contains',
    version: '1',
    deterministic: true,
    score: (output, item) => {
      const answered = answerText(output)
      if (answered === null) return { score: 0, reason: `a ${output.kind} is not text` }
      const wanted = values ?? references(item, 'contains')
      const held = wanted.filter((text) => fold(answered).includes(fold(text)))
      const right = all ? held.length === wanted.length : held.length > 0
      return { score: right ? 1 : 0, read: answered }
    },
  }
}
