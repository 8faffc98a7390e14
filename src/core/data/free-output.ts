import type { Output } from './answer.ts'
import { isShares, isVector, outputIn } from './answer-in.ts'

/**
 * What a program, a function or a file said, as an output: one of ours as it is; a known label; a text; a list of
 * numbers as a vector; `{ label, probabilities? }`; anything else as JSON.
 */
export function outputFrom(value: unknown, labels: readonly string[] = []): Output {
  if (typeof value === 'string')
    return labels.includes(value) ? { kind: 'label', label: value } : { kind: 'text', text: value }
  if (isVector(value)) return { kind: 'vector', vector: value }
  if (typeof value !== 'object' || value === null) return { kind: 'json', value }
  const own = outputIn(value)
  if (own !== null) return own
  const { label, probabilities } = value as Readonly<Record<string, unknown>>
  if (typeof label !== 'string') return { kind: 'json', value }
  return isShares(probabilities)
    ? { kind: 'label', label, probabilities }
    : { kind: 'label', label }
}
