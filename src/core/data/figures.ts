import type { TokenUsage } from './answer.ts'
import { fieldsOf } from './fields.ts'

/** What may come with an answer beside what it says. */
export interface Figures {
  readonly latencyS?: number
  readonly joules?: number
  readonly price?: number
  readonly tokens?: TokenUsage
}

/** Figures as somebody else wrote them. */
export type WrittenFigures = { readonly [K in keyof Figures]?: unknown }

/** The figures that can be used, and the names of those that are there and cannot. */
export interface ReadFigures {
  readonly figures: Figures
  readonly unread: readonly string[]
}

/** More of anything for one answer is a mistake, and sums of such numbers are none. */
const most = 1e12

/** A figure of an answer: 0 to 1e12, as a number or as the text of one. Undefined for everything else. */
export function figureIn(value: unknown): number | undefined {
  const number = gaugeIn(value)
  return number !== undefined && number <= most ? number : undefined
}

/** A count: a whole number from 0 to 1e12. Undefined for everything else. */
export function countIn(value: unknown): number | undefined {
  const number = figureIn(value)
  return Number.isInteger(number) ? number : undefined
}

/** A size, of a model in parameters or bytes: a whole number from 1 to 1e16. Undefined for everything else. */
export function sizeIn(value: unknown): number | undefined {
  const fits = typeof value === 'number' && value >= 1 && value <= 1e16
  return fits ? Math.round(value) : undefined
}

/** What a counter or a gauge shows: a finite number of 0 or more, in whatever unit. Undefined for everything else. */
export function gaugeIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && number >= 0 && number < Number.POSITIVE_INFINITY
    ? number
    : undefined
}

/** Nothing was written: no value, null, or an empty cell. */
export const isAbsent = (value: unknown) => value === undefined || value === null || value === ''

const plain = ['latencyS', 'joules', 'price'] as const

/**
 * The figures that came with an answer, in seconds, joules, money and tokens; `unread` names those that are there and are
 * no number from 0 to 1e12: they are unknown, neither 0 nor believed.
 */
export function figuresIn(written: WrittenFigures): ReadFigures {
  const figures: { -readonly [K in keyof Figures]: Figures[K] } = {}
  const unread: string[] = []
  for (const name of plain) {
    const value = written[name]
    if (isAbsent(value)) continue
    const figure = figureIn(value)
    if (figure === undefined) unread.push(name)
    else figures[name] = figure
  }
  if (!isAbsent(written.tokens)) {
    const tokens = tokensIn(written.tokens)
    if (tokens === undefined) unread.push('tokens')
    else figures.tokens = tokens
  }
  return { figures, unread }
}

/** The figures as an answer carries them, with the names of what could not be read. */
export function withUnread({ figures, unread }: ReadFigures): Figures & {
  readonly unread?: readonly string[]
} {
  return unread.length === 0 ? figures : { ...figures, unread }
}

/**
 * Tokens of input and output; cached ones are part of the input, and those of reasoning part of the output. None at all is
 * what servers write that do not count them.
 */
function tokensIn(written: unknown): TokenUsage | undefined {
  const fields = fieldsOf(written)
  const input = countIn(fields['input'])
  const output = isAbsent(fields['output']) ? 0 : countIn(fields['output'])
  if (input === undefined || output === undefined || input + output === 0) return undefined
  const part = (name: string, whole: number) => {
    const value = countIn(fields[name])
    return value === undefined || value > whole ? {} : { [name]: value }
  }
  return { input, output, ...part('cachedInput', input), ...part('reasoning', output) }
}
