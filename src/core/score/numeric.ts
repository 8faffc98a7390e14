import { RightsizeError } from '../error/error.ts'
import { answerText, references } from './answer-text.ts'
import { type Options, readOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

/**
 * numeric: 1 when the number in the answer is the label's number, within a tolerance.
 *
 * What it does: takes the number after a marker of a final answer (`####`, `A:`, `answer is`, `\boxed{}`), else the last
 * number of the text; thousands separators and currency signs are dropped.
 * When to use: word problems, measurements, extraction of amounts.
 * When it misleads: without a marker the last number may be a unit, a year or a repetition of the question.
 * Example: `scorer: { name: numeric, options: { relative: 0.01 } }`
 * Source: agrees with the published `is_correct` of all 5,276 answers in openai/grade-school-math
 * example_model_solutions.jsonl (accuracy .2168, .3904, .3472, .5625).
 */
export function numeric(options: Options): Scorer {
  const { tolerance, relative, first } = readOptions('numeric', options)
  return {
    name: 'numeric',
    version: '1',
    deterministic: true,
    score: (output, item) => {
      const answered = numberIn(answerText(output) ?? '', first)
      if (answered === null) return { score: 0, reason: 'no number in the answer' }
      const wanted = references(item, 'numeric').map((text) => expectedNumber(text, item.id))
      const right = wanted.some(
        (value) => Math.abs(answered - value) <= Math.max(tolerance, relative * Math.abs(value)),
      )
      return { score: right ? 1 : 0, read: String(answered) }
    },
  }
}

function expectedNumber(text: string, id: string): number {
  const value = numberIn(text, false)
  if (value !== null) return value
  throw new RightsizeError(
    'SCORER_EXPECTED',
    `The label of item ${id} contains no number: ${text.slice(0, 80)}`,
  )
}

const NUMBER = /[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+/g
/** Markers after which models and data sets put the final answer. */
const MARKER = /####|\bA:|\banswer\s*(?:is|:|=)|\\boxed\{/gi

/** The number that a text answers with, or null. */
export function numberIn(text: string, first: boolean): number | null {
  const marked = first ? text : afterMarker(text)
  const clean = marked.replace(/[$€£]\s*/g, '')
  const found = clean.match(NUMBER) ?? []
  const picked = first || marked !== text ? found[0] : found.at(-1)
  return picked === undefined ? null : Number(picked.replaceAll(',', ''))
}

/** What follows the last marker, if a number does; else the whole text. */
function afterMarker(text: string): string {
  const marker = [...text.matchAll(MARKER)].at(-1)
  if (marker === undefined) return text
  const rest = text.slice(marker.index + marker[0].length)
  return rest.search(NUMBER) >= 0 ? rest : text
}
