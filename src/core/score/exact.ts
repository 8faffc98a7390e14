import { answerText, references } from './answer-text.ts'
import { type LabelReader, labelReader, type Reading } from './label-reader.ts'
import { type Options, readOptions, type ScorerOptions } from './options.ts'
import type { Score, Scorer } from './scorer.ts'

/**
 * exact: 1 when the answer is the label (or one of the references), else 0.
 *
 * What it does: compares texts after the normalization that its options name; by default only space is forgiven. Where
 * the labels are a closed set, an answer is read as people and models write it ("**Refund**", "Label: refund.", JSON
 * with one label, a reasoning block before it); what names two labels or none is not read. `strict` accepts the bare
 * label only.
 * When to use: labels of a classifier; short answers with one right form.
 * When it misleads: a program behind the model that takes the bare label alone fails on what is read here: set `strict`.
 * Example: `scorer: { name: exact, options: { ignoreCase: true } }`
 * Source: accuracy_score of scikit-learn 1.7 on the same pairs.
 */
export function exact(options: Options): Scorer & Required<Pick<Scorer, 'overLabels'>> {
  const rules = readOptions('exact', options)
  const over = (labels: readonly string[]) =>
    scorerOf(rules, rules.strict ? bareReader(labels, rules) : labelReader(labels))
  return { ...scorerOf(rules, null), overLabels: over }
}

function scorerOf(rules: ScorerOptions<'exact'>, reader: LabelReader | null): Scorer {
  return {
    name: 'exact',
    version: '2',
    deterministic: true,
    score: (output, item) => {
      const answered = answerText(output)
      if (answered === null)
        return {
          ...{ score: 0, reason: `a ${output.kind} is not text` },
          ...(reader === null ? {} : { reading: { kind: 'none' } }),
        }
      const wanted = references(item, 'exact')
      const right = wanted.find((one) => normalized(one, rules) === normalized(answered, rules))
      if (right !== undefined)
        return { score: 1, read: right, ...(reader === null ? {} : { reading: asItStands(right) }) }
      return reader === null
        ? { score: 0, read: answered.trim() }
        : scoreOfReading(reader(answered), answered, wanted)
    },
  }
}

/** Reads nothing but the bare label, under the options of the scorer. */
function bareReader(labels: readonly string[], rules: ScorerOptions<'exact'>): LabelReader {
  const known = new Map(labels.map((label) => [normalized(label, rules), label]))
  return (text) => {
    const label = known.get(normalized(text, rules))
    return label === undefined ? { kind: text.trim() === '' ? 'empty' : 'none' } : asItStands(label)
  }
}

const asItStands = (label: string): Reading => ({ kind: 'label', label, rules: [] })

function scoreOfReading(reading: Reading, answered: string, wanted: readonly string[]): Score {
  if (reading.kind !== 'label') return { score: 0, read: answered.trim(), reading }
  return { score: wanted.includes(reading.label) ? 1 : 0, read: reading.label, reading }
}

/** The text as the comparison sees it. Unicode is put into one form (NFC) always. */
function normalized(text: string, rules: ScorerOptions<'exact'>): string {
  const composed = text.normalize('NFC')
  const cased = rules.ignoreCase ? composed.toLowerCase() : composed
  const bare = rules.ignorePunctuation ? cased.replace(/\p{P}+/gu, '') : cased
  return rules.ignoreSpace ? bare.trim().replace(/\s+/gu, ' ') : bare
}
