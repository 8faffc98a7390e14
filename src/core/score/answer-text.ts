import type { Output } from '../data/answer.ts'
import type { Item } from '../data/item.ts'
import { RightsizeError } from '../error/error.ts'

/** What was answered, as text: a label, a text, or JSON written out. Null for spans, vectors and tensors. */
export function answerText(output: Output): string | null {
  if (output.kind === 'label') return output.label
  if (output.kind === 'text') return output.text
  if (output.kind === 'json')
    return typeof output.value === 'string' ? output.value : JSON.stringify(output.value)
  return null
}

/**
 * The texts that count as right: the label, or each of a list of references (also under `text` or `answers`, as SQuAD
 * has it). Throws SCORER_EXPECTED for a label that is no text.
 */
export function references(item: Item, scorer: string): readonly string[] {
  const texts = textsIn(item.expected)
  if (texts.length > 0) return texts
  const what = `The scorer ${scorer} cannot read the label of item ${item.id}: ${JSON.stringify(item.expected)?.slice(0, 80)}.`
  throw new RightsizeError('SCORER_EXPECTED', what)
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  const { text, answers } = value as { readonly text?: unknown; readonly answers?: unknown }
  return textsIn(text ?? answers)
}
