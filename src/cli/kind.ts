/** A kind of value on the command line: how help shows it, what it takes, and how it is read. */
export interface Kind<T> {
  /** The placeholder in help: `share` shows as `<share>`. */
  readonly name: string
  /** Completes "--margin takes ...". */
  readonly takes: string
  /** A value as it is typed. */
  readonly example: string
  /** The value, or undefined where the text is none. */
  read(text: string): T | undefined
  /** Where only a few words are taken: all of them. */
  readonly words?: readonly string[]
}

/** Any text that is not empty. */
export const textKind = (name: string, takes: string, example: string): Kind<string> => ({
  name,
  takes,
  example,
  read: (text) => (text.trim() === '' ? undefined : text),
})

export interface Range {
  readonly above?: number
  readonly from?: number
  readonly below?: number
  readonly to?: number
  readonly whole?: boolean
}

/** A number in a range, with a dot as decimal sign. */
export function numberKind(name: string, range: Range, example: string): Kind<number> {
  const { above = -Infinity, from = -Infinity, below = Infinity, to = Infinity, whole } = range
  const inside = (value: number) => value > above && value >= from && value < below && value <= to
  return {
    name,
    takes: rangeText(range),
    example,
    read(text) {
      const value = text.trim() === '' ? Number.NaN : Number(text)
      const fits = Number.isFinite(value) && inside(value) && (!whole || Number.isInteger(value))
      return fits ? value : undefined
    },
  }
}

function rangeText({ above, from, below, to, whole }: Range): string {
  const ends = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(from === undefined ? [] : [to === undefined ? `of at least ${from}` : `from ${from}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(to === undefined ? [] : [`to ${to}`]),
  ]
  const joined = from === undefined ? ends.join(' and ') : ends.join(' ')
  return `a ${whole ? 'whole number' : 'number'} ${joined}`.trim()
}

/** One of a few words. */
export function oneOf<const T extends string>(name: string, words: readonly T[]): Kind<T> {
  const last = words.at(-1) ?? ''
  const takes = words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
  const read = (text: string) => words.find((word) => word === text)
  return { name, takes, example: words[0] ?? '', read, words }
}

/** `key=value`, read into the two. */
export function pairKind<T>(
  [key, value]: readonly [string, Kind<T>],
  example: string,
): Kind<readonly [string, T]> {
  return {
    name: `${key}=${value.name}`,
    takes: `${key}=${value.name}`,
    example,
    read(text) {
      const at = text.indexOf('=')
      const read = at < 1 ? undefined : value.read(text.slice(at + 1))
      return read === undefined ? undefined : [text.slice(0, at), read]
    },
  }
}

export const file = textKind('file', 'the path of a file', 'tickets.csv')
export const folder = textKind('folder', 'the path of a folder', 'reports')
export const column = textKind('column', 'the name of a column', 'text')
export const name = textKind('name', 'a name', 'tickets')
export const candidate = textKind(
  'candidate',
  'runtime:model, or a student such as linear',
  'onnx:models/small',
)
export const place = textKind('place', 'a country (ISO alpha-3) or a cloud region', 'DEU')

export const share = numberKind('share', { from: 0, to: 1 }, '0.01')
export const probability = numberKind('probability', { above: 0, below: 1 }, '0.05')
export const positive = numberKind('n', { above: 0 }, '300')
export const amount = numberKind('n', { from: 0 }, '1.5')
export const count = numberKind('n', { from: 1, whole: true }, '100')
export const seed = numberKind('n', { from: 0, whole: true }, '1')

/** The address of an HTTP endpoint. */
export const url: Kind<string> = {
  name: 'url',
  takes: 'an http or https address',
  example: 'http://127.0.0.1:11434/v1',
  read: (text) => (URL.canParse(text) && /^https?:/i.test(text) ? text : undefined),
}

/** A day or a moment as ISO 8601 writes it. */
export const date: Kind<string> = {
  name: 'date',
  takes: 'an ISO date',
  example: '2026-01-31',
  read: (text) =>
    /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined,
}
