import { type Estimate, type Unit, unknown } from '../unit/estimate.ts'

/** A JSON object whose fields have not been looked at. */
export type Json = Readonly<Record<string, unknown>>

/** The object, or one without fields where something else stands. */
export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

/** The object, or null where something else stands. */
export const recordOrNull = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null

/** The objects of an array; empty where something else stands. */
export const records = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.map(recordOrNull).filter((each): each is Json => each !== null) : []

/** The strings of an array; empty where something else stands. */
export const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

export const text = (value: unknown, otherwise = ''): string =>
  typeof value === 'string' ? value : otherwise

/** A finite number, or null. */
export const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

/** An estimate of the unit; unknown, with that reason, where its fields are not those of one. */
export function estimate<U extends Unit>(value: unknown, unit: U): Estimate<U> {
  const given = record(value)
  if (given['kind'] === 'unknown') return unknown(text(given['why'], 'no reason is given'))
  if (given['kind'] === 'infinite')
    return { kind: 'infinite', reason: text(given['reason'], 'no reason is given') }
  const [middle, low, high] = [number(given['value']), number(given['low']), number(given['high'])]
  if (given['kind'] !== 'known' || middle === null || low === null || high === null)
    return unknown('not stated in this account')
  return {
    kind: 'known',
    unit,
    value: middle,
    low,
    high,
    level: number(given['level']) ?? 0,
    method: methodOf(given['method']),
    how: text(given['how']),
    source: text(given['source']),
  }
}

/** How a number was had; what says nothing of it counts as modeled, the weakest word. */
function methodOf(value: unknown): 'measured' | 'sourced' | 'modeled' {
  return value === 'measured' || value === 'sourced' ? value : 'modeled'
}
