import { plainText } from './plain-text.ts'
import { hoursOf, multiplierOf, scaleOf, singular } from './unit-word.ts'

/** A number with its dimensions, read from text: `6,500 kg CO2e / 50 billion tokens` is 0.13e-3 g^1 token^-1. */
export interface ReadQuantity {
  /** In the base units of its dimensions; time words count nothing here: a rate per week is what it is per anything. */
  readonly value: number
  /** Exponent by unit: mass is `g`, energy is `kWh`, everything countable is its singular word. */
  readonly dimensions: Readonly<Record<string, number>>
  /** The numbers alone, as if no unit stood there. */
  readonly raw: number
  /** `value` with time in hours: W is kWh per hour. */
  readonly timed: number
  /** Exponent of time in `timed`. */
  readonly hours: number
  /** Numbers that it is computed from. */
  readonly numbers: readonly number[]
}

/** A line as `label: rest` or as the first two cells of a table row. */
export interface Labeled {
  readonly label: string
  readonly rest: string
}

/**
 * A line as a label, of what `word` matches at its beginning, and what stands behind one of the `signs`; null where it is
 * none. Cut by hand: one pattern for it would take cubic time on a line of spaces.
 */
export function labeledLine(line: string, word: RegExp, signs: string): Labeled | null {
  const label = word.exec(line)?.[0]
  if (label === undefined) return null
  const behind = line.slice(label.length).trimStart()
  if (behind === '' || !signs.includes(behind.charAt(0))) return null
  const rest = behind.slice(1).trim()
  const inner = rest.endsWith('|') && rest !== '|' ? rest.slice(0, -1).trimEnd() : rest
  return inner === '' ? null : { label: label.trim(), rest: inner }
}

/** A number, one of the signs / * + - % ( ), or a unit word. */
type Token = number | string

interface Parser {
  readonly tokens: readonly Token[]
  at: number
  /** Brackets that are open. */
  depth: number
}

/** Brackets in brackets, at most. */
const deepest = 50

/** Reads an expression of quantities; null where the text is something else. */
export function readQuantity(text: string): ReadQuantity | null {
  const parser = parserOf(text, (tokens) => tokens)
  const value = parser === null ? null : readSum(parser)
  return parser === null || parser.at < parser.tokens.length ? null : value
}

/** Reads an expression at the beginning of a text; words behind it are no part of it. Null where there is none. */
export function readLeading(text: string): ReadQuantity | null {
  const parser = parserOf(text, balanced)
  const value = parser === null ? null : readSum(parser)
  const next = parser?.tokens[parser.at]
  return typeof next === 'string' && /^[/*+,]$/.test(next) ? null : value
}

const tokenPattern =
  /(?:([/*+()[\]%-])|10\^(-?\d+)|((?:\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:,\d{1,2}(?![\d,]))?)(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)(?:\s*[x*]\s*10\^(-?\d+))?|([A-Za-zµ][A-Za-z0-9µ_]*(?:-[A-Za-z]+)*))\s*/iy

function parserOf(
  text: string,
  mend: (tokens: readonly Token[]) => readonly Token[],
): Parser | null {
  const source = plainText(text)
    .trim()
    .replace(/[.;,]$/, '')
  const tokens: Token[] = []
  for (let at = 0; at < source.length; at = tokenPattern.lastIndex) {
    tokenPattern.lastIndex = at
    const found = tokenPattern.exec(source)
    // A comma before a digit belongs to a number that cannot be read.
    const stop = /^,\d/.test(source.slice(at, at + 2)) ? ',' : '?'
    tokens.push(...(found === null ? [stop] : tokenOf(found)))
    // What cannot be read ends the expression; it counts where one is complete before it.
    if (found === null) break
  }
  return tokens.length === 0 ? null : { tokens: mend(tokens), at: 0, depth: 0 }
}

function tokenOf([
  ,
  sign,
  power,
  number,
  tens = '0',
  word = '',
]: RegExpExecArray): readonly Token[] {
  if (sign !== undefined) return [sign === '[' ? '(' : sign === ']' ? ')' : sign]
  if (power !== undefined) return [10 ** Number(power)]
  if (number !== undefined) return [numberOf(number) * 10 ** Number(tens)]
  const unit = word.replace(/C[O0]2(-?eq?|e)?$/i, '').replace(/^per$/i, '/')
  return unit === '' ? [] : [/^x$/i.test(unit) ? '*' : unit]
}

/** `1,234.5` or, with one or two digits behind the comma, `7,25`. */
const numberOf = (text: string) =>
  Number(/^\d+,\d{1,2}$/.test(text) ? text.replace(',', '.') : text.replace(/,/g, ''))

/** Without brackets that nothing closes or opens. */
function balanced(tokens: readonly Token[]): readonly Token[] {
  const open: number[] = []
  const stray = new Set<number>()
  tokens.forEach((token, i) => {
    if (token === '(') open.push(i)
    else if (token === ')' && open.pop() === undefined) stray.add(i)
  })
  for (const i of open) stray.add(i)
  return tokens.filter((_, i) => !stray.has(i))
}

function takes(parser: Parser, ...signs: readonly string[]): string | null {
  const token = parser.tokens[parser.at]
  if (typeof token !== 'string' || !signs.includes(token)) return null
  parser.at++
  return token
}

function readSum(parser: Parser): ReadQuantity | null {
  let left = readProduct(parser)
  for (let at = parser.at; left !== null; at = parser.at) {
    const sign = takes(parser, '+', '-')
    if (sign === null) return left
    const right = readProduct(parser)
    // A dash before words is punctuation.
    if (right === null || right.numbers.length === 0) {
      parser.at = at
      return sign === '-' ? left : null
    }
    left = sum(left, right, sign === '+' ? 1 : -1)
  }
  return null
}

function sum(left: ReadQuantity, right: ReadQuantity, sign: 1 | -1): ReadQuantity | null {
  const bare = [left, right].find(isBare)
  if (bare === undefined && !sameDimensions(left, right)) return null
  const { dimensions, hours } = isBare(left) ? right : left
  return {
    ...{ dimensions, hours, numbers: bothNumbers(left, right) },
    value: left.value + sign * right.value,
    raw: left.raw + sign * right.raw,
    timed: left.timed + sign * right.timed,
  }
}

/** The first of them are enough to say what an expression is made of; all would cost quadratic time. */
const bothNumbers = (left: ReadQuantity, right: ReadQuantity) =>
  left.numbers.length > 50 ? left.numbers : [...left.numbers, ...right.numbers]

/** No unit at all. */
export const isBare = ({ dimensions, hours }: ReadQuantity) =>
  hours === 0 && Object.keys(dimensions).length === 0

function readProduct(parser: Parser): ReadQuantity | null {
  let left = readFactor(parser)
  for (
    let sign = takes(parser, '/', '*');
    left !== null && sign !== null;
    sign = takes(parser, '/', '*')
  ) {
    const right: ReadQuantity | null = readFactor(parser)
    const wordOnly = right?.numbers.length === 0
    left =
      right === null || (sign === '*' && wordOnly)
        ? null
        : times(left, right, sign === '*' ? 1 : -1)
  }
  return left
}

function readFactor(parser: Parser): ReadQuantity | null {
  let sign = 1
  while (takes(parser, '-') !== null) sign = -sign
  if (sign === -1) {
    const of = readBracket(parser)
    return of === null ? null : times(of, { ...nothing, value: -1, raw: -1, timed: -1 }, 1)
  }
  return readBracket(parser)
}

function readBracket(parser: Parser): ReadQuantity | null {
  if (takes(parser, '(') === null) return readPlain(parser)
  parser.depth++
  const inner = parser.depth > deepest ? null : readSum(parser)
  parser.depth--
  if (inner === null || takes(parser, ')') === null) return null
  return withUnit(inner, parser)
}

const nothing: ReadQuantity = { value: 1, raw: 1, timed: 1, hours: 0, dimensions: {}, numbers: [] }

/** Number, multiplier words, then unit words: `50 billion tokens`, `kg`, `million tokens`, `0.05 (kWh)`. */
function readPlain(parser: Parser): ReadQuantity | null {
  let factor = 1
  const numbers: number[] = []
  const from = parser.at
  for (; parser.at < parser.tokens.length; parser.at++) {
    const token = parser.tokens[parser.at] ?? '?'
    const next =
      typeof token === 'number'
        ? numbers.length > 0
          ? null
          : token
        : token === '%'
          ? 0.01
          : multiplierOf(token)
    if (next === null) break
    if (typeof token === 'number') numbers.push(token)
    factor *= next
  }
  const bare = { ...nothing, value: factor, raw: factor, timed: factor, numbers }
  const read = withUnit(bare, parser)
  return parser.at === from ? null : read
}

/** A quantity with the words or the bracket of words behind it as its unit. */
function withUnit(of: ReadQuantity, parser: Parser): ReadQuantity {
  const words: string[] = []
  for (let token = parser.tokens[parser.at]; isWord(token); token = parser.tokens[parser.at]) {
    words.push(token)
    parser.at++
  }
  const named = words.length === 0 ? of : times(of, unitOf(words), 1)
  const inBracket = bracketOfWords(parser)
  return inBracket === null ? named : times(named, inBracket, 1)
}

const isWord = (token: Token | undefined): token is string =>
  typeof token === 'string' && !/^[/*+()%?,-]$/.test(token)

/** `(gCO2e/kWh)` behind a number is its unit, any other bracket of words a remark; both are read past. */
function bracketOfWords(parser: Parser): ReadQuantity | null {
  if (parser.tokens[parser.at] !== '(') return null
  const end = parser.tokens.indexOf(')', parser.at)
  const inner = parser.tokens.slice(parser.at + 1, end)
  if (end < 0 || inner.some((token) => typeof token === 'number' || token === '(')) return null
  parser.at = end + 1
  const [above, ...below] = inner
    .join(' ')
    .split(' / ')
    .map((part) => part.split(' '))
  if (above === undefined || inner.some((token) => /^[*+%?-]$/.test(String(token)))) return nothing
  if (scaleOf(above[0] ?? '') === null) return nothing
  return below.reduce((left, words) => times(left, unitOf(words), -1), unitOf(above))
}

/** One of a unit: words behind a known one are a remark, and so are more than three. */
function unitOf(words: readonly string[]): ReadQuantity {
  const [first = ''] = words
  const scale = scaleOf(first)
  if (scale !== null) {
    const { unit, factor, hours } = scale
    return { ...nothing, value: factor, timed: factor, hours, dimensions: { [unit]: 1 } }
  }
  const perHour = hoursOf(first)
  if (perHour !== null) return { ...nothing, timed: perHour, hours: 1 }
  const word = words.length > 3 ? '' : singular(words.join(' '))
  return word === '' ? nothing : { ...nothing, dimensions: { [word]: 1 } }
}

function times(left: ReadQuantity, right: ReadQuantity, sign: 1 | -1): ReadQuantity {
  const dimensions: Record<string, number> = { ...left.dimensions }
  for (const [unit, exponent] of Object.entries(right.dimensions))
    dimensions[unit] = (dimensions[unit] ?? 0) + sign * exponent
  const kept = Object.entries(dimensions).filter(([, exponent]) => exponent !== 0)
  return {
    value: left.value * right.value ** sign,
    raw: left.raw * right.raw ** sign,
    timed: left.timed * right.timed ** sign,
    hours: left.hours + sign * right.hours,
    dimensions: Object.fromEntries(kept),
    numbers: bothNumbers(left, right),
  }
}

export function sameDimensions(a: ReadQuantity, b: ReadQuantity): boolean {
  const text = ({ dimensions }: ReadQuantity) => JSON.stringify(Object.entries(dimensions).sort())
  return text(a) === text(b)
}

/** The functional unit of a rate in g per something; null for anything else, energy rates included. */
export function rateUnit({ dimensions }: ReadQuantity): string | null {
  const [unit, ...others] = Object.keys(dimensions).filter((name) => name !== 'g')
  const isRate = dimensions['g'] === 1 && others.length === 0 && dimensions[unit ?? ''] === -1
  return isRate && unit !== undefined && unit !== 'kWh' ? unit : null
}
