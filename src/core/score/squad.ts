import { answerText, references } from './answer-text.ts'
import { type Options, readOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

/** ASCII punctuation, as `string.punctuation` of Python has it: what the SQuAD script removes. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g

/** normalize_answer of the SQuAD 1.1 script: lower case, no punctuation, no articles, single spaces. */
export function squadNormalised(text: string): string {
  return text
    .toLowerCase()
    .replace(PUNCTUATION, '')
    .replace(/(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ')
}

/**
 * squad-em: 1 when the answer is one of the references by the SQuAD rules, else 0.
 *
 * What it does: compares after lower case, without punctuation, without the articles a, an, the.
 * When to use: extractive question answering in English.
 * When it misleads: other languages have other articles; a correct paraphrase is wrong.
 * Example: `scorer: squad-em`
 * Source: the official evaluate-v1.1.py (Rajpurkar et al. 2016), rewritten; agrees with it on five systems' answers.
 */
export function squadExact(options: Options): Scorer {
  readOptions('squad-em', options)
  return squadScorer('squad-em', false, (answer, reference) =>
    squadNormalised(answer) === squadNormalised(reference) ? 1 : 0,
  )
}

/**
 * squad-f1: the share of words in common with the best reference (token F1), 0..1.
 *
 * What it does: F1 over the bags of normalized words, the highest over the references.
 * When to use: extractive question answering where a longer or shorter span is partly right.
 * When it misleads: a long answer that holds the right words scores well; order of words does not matter.
 * Example: `scorer: squad-f1`
 * Source: the official evaluate-v1.1.py (Rajpurkar et al. 2016), rewritten; agrees with it on five systems' answers.
 */
export function squadF1(options: Options): Scorer {
  readOptions('squad-f1', options)
  return squadScorer('squad-f1', true, tokenF1)
}

function squadScorer(
  name: string,
  graded: boolean,
  compare: (answer: string, reference: string) => number,
): Scorer {
  return {
    name,
    version: '1',
    deterministic: true,
    graded,
    score: (output, item) => {
      const answered = answerText(output) ?? ''
      const scores = references(item, name).map((reference) => compare(answered, reference))
      return { score: Math.max(...scores), read: answered }
    },
  }
}

/** F1 of two bags of words after normalization; 0 where they share none (also where both are empty, as in the script). */
export function tokenF1(answer: string, reference: string): number {
  const answered = wordsOf(answer)
  const wanted = wordsOf(reference)
  const left = new Map<string, number>()
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1)
  let common = 0
  for (const word of answered) {
    const count = left.get(word) ?? 0
    if (count > 0) common++
    left.set(word, count - 1)
  }
  if (common === 0) return 0
  const precision = common / answered.length
  const recall = common / wanted.length
  return (2 * precision * recall) / (precision + recall)
}

/** `''.split()` is [] in Python and [''] in JavaScript. */
const wordsOf = (text: string) => {
  const normal = squadNormalised(text)
  return normal === '' ? [] : normal.split(' ')
}
