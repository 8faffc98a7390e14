/** What a program, a server or a file says of one thing: nothing of it is believed until it was looked at. */
export type Fields = Readonly<Record<string, unknown>>

/** The fields of an object; none where it is no object. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

/** The entries of a list; none where it is no list. */
export const entriesOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The message of an error as programs write it: a text, or an object with one. Undefined where there is none. */
export function errorIn(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '' || value === false) return undefined
  const { message, code } = fieldsOf(value)
  const text = [value, message, code].find((one) => typeof one === 'string' && one !== '')
  return (typeof text === 'string' ? text : (JSON.stringify(value) ?? String(value))).slice(0, 500)
}

/** An id: a text, or a number whose digits are all there (json-value.ts). Undefined where there is none. */
export function idIn(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}
