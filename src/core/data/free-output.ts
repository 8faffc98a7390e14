import type { Output } from './answer.ts'

const kinds: readonly string[] = ['label', 'text', 'spans', 'vector', 'json', 'tensors']

/**
 * What a program, a function or a file said, as an output: one of ours as it is; a known label; a text; a list of
 * numbers as a vector; `{ label, probabilities? }`; anything else as JSON.
 */
export function outputFrom(value: unknown, labels: readonly string[] = []): Output {
  if (typeof value === 'string')
    return labels.includes(value) ? { kind: 'label', label: value } : { kind: 'text', text: value }
  if (isVector(value)) return { kind: 'vector', vector: value }
  if (typeof value !== 'object' || value === null) return { kind: 'json', value }
  const fields = value as Readonly<Record<string, unknown>>
  if (typeof fields['kind'] === 'string' && kinds.includes(fields['kind'])) return value as Output
  const { label, probabilities } = fields
  if (typeof label !== 'string') return { kind: 'json', value }
  return isShares(probabilities)
    ? { kind: 'label', label, probabilities }
    : { kind: 'label', label }
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => Number.isFinite(each))
}

function isShares(value: unknown): value is Readonly<Record<string, number>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => Number.isFinite(each))
  )
}
