import type { Output } from '../data/answer.ts'

export type JsonAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string }

/** Longest answer that is read as JSON, characters. */
const LONGEST = 1_000_000

/**
 * The answer as a JSON value. With `fenced`, JSON inside a Markdown code fence is taken too; without, the whole answer
 * must be JSON, as a program behind the model would need it.
 */
export function jsonAnswer(output: Output, fenced: boolean): JsonAnswer {
  if (output.kind === 'json') return { ok: true, value: output.value }
  if (output.kind !== 'text' && output.kind !== 'label')
    return { ok: false, why: `a ${output.kind} is not JSON` }
  const text = output.kind === 'text' ? output.text : output.label
  const inner = fenced ? (/```(?:json)?\s*\n([\s\S]*?)\n\s*```/i.exec(text)?.[1] ?? text) : text
  if (inner.length > LONGEST) return { ok: false, why: 'the answer is too long' }
  try {
    return { ok: true, value: JSON.parse(inner) }
  } catch {
    return { ok: false, why: 'the answer is not JSON' }
  }
}
