import type { Fields } from '../data/fields.ts'

/** The object that a JSON text holds. Throws what `invalid` makes of the reason. */
export function objectIn(text: string, invalid: (what: string) => Error): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid('is not JSON')
  }
  if (isObject(value)) return value
  throw invalid('holds no object of models')
}

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
