/** A number with its dimensions, read from text: `6,500 kg CO2e / 50 billion tokens` is 0.13e-3 g^1 token^-1. */
export interface ReadQuantity {
  readonly value: number
  /** Exponent by unit: mass is `g`, energy is `kWh`, everything countable is its singular word. */
  readonly dimensions: Readonly<Record<string, number>>
}

type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'sign'; readonly sign: '/' | '+' | '(' | ')' }

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'
const plainDigits = '0123456789-'

/** Subscripts, superscripts, multiplication signs, bold and code marks as plain text. */
export function plainText(text: string): string {
  return text
    .replace(/[₀-₉]/g, (c) => String(c.charCodeAt(0) - 0x2080))
    .replace(
      /[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g,
      (run) => `^${[...run].map((c) => plainDigits[superscripts.indexOf(c)]).join('')}`,
    )
    .replace(/[×·]/g, 'x')
    .replace(/[`*]/g, '')
    .replace(/−/g, '-')
}

const multipliers: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  m: 1e6,
  billion: 1e9,
  b: 1e9,
  trillion: 1e12,
}

/** Grams, kWh and the like by unit word; `CO2e` has been cut off before. */
const scaled: Readonly<Record<string, readonly [string, number]>> = {
  g: ['g', 1],
  gram: ['g', 1],
  mg: ['g', 1e-3],
  µg: ['g', 1e-6],
  ng: ['g', 1e-9],
  pg: ['g', 1e-12],
  ug: ['g', 1e-6],
  kg: ['g', 1e3],
  t: ['g', 1e6],
  tonne: ['g', 1e6],
  ton: ['g', 1e6],
  mt: ['g', 1e6],
  lb: ['g', 453.59237],
  lbs: ['g', 453.59237],
  kwh: ['kWh', 1],
  wh: ['kWh', 1e-3],
  mwh: ['kWh', 1e3],
  gwh: ['kWh', 1e6],
  j: ['kWh', 1 / 3.6e6],
  mj: ['kWh', 1 / 3.6],
}

/** Periods say over which time both C and R were counted; they cancel and are read over. */
const periods = new Set(['second', 'hour', 'day', 'week', 'month', 'year', 'quarter'])

/** Reads an expression of quantities with +, / and parentheses; null where the text is something else. */
export function readQuantity(text: string): ReadQuantity | null {
  const tokens = tokensOf(text)
  if (tokens === null || tokens.length === 0) return null
  const parser = { tokens, at: 0 }
  const value = readSum(parser)
  return value === null || parser.at < tokens.length ? null : value
}

function tokensOf(text: string): readonly Token[] | null {
  const tokens: Token[] = []
  let rest = plainText(text)
    .trim()
    .replace(/[.;,]$/, '')
  while (rest !== '') {
    const next = nextToken(rest)
    if (next === null) return null
    if (next.token !== null) tokens.push(next.token)
    rest = rest.slice(next.length).trimStart()
  }
  return tokens
}

const numberPattern = /^[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[-+]?\d+)?(\s*x\s*10\^(-?\d+))?/i
const powerPattern = /^10\^(-?\d+)/
const wordPattern = /^[A-Za-zµ][A-Za-z0-9µ_-]*/

function nextToken(rest: string): { readonly token: Token | null; readonly length: number } | null {
  const sign = /^[/+()]/.exec(rest)?.[0]
  if (sign !== undefined) return { token: { kind: 'sign', sign: sign as '/' }, length: 1 }
  const power = powerPattern.exec(rest)
  if (power !== null)
    return { token: { kind: 'number', value: 10 ** Number(power[1]) }, length: power[0].length }
  const number = numberPattern.exec(rest)
  if (number !== null) {
    const [whole, digits = '', , fraction = '', exponent = '', , tens] = number
    const negative = whole.startsWith('-') ? -1 : 1
    const base = Number(`${digits.replace(/,/g, '')}${fraction}${exponent}`)
    return {
      token: { kind: 'number', value: negative * base * 10 ** Number(tens ?? 0) },
      length: whole.length,
    }
  }
  const word = wordPattern.exec(rest)?.[0]
  if (word === undefined) return null
  if (/^per$/i.test(word)) return { token: { kind: 'sign', sign: '/' }, length: word.length }
  const unit = word.replace(/CO2(eq?)?$/i, '')
  return { token: unit === '' ? null : { kind: 'word', word: unit }, length: word.length }
}

interface Parser {
  readonly tokens: readonly Token[]
  at: number
}

const signAt = ({ tokens, at }: Parser) => {
  const token = tokens[at]
  return token?.kind === 'sign' ? token.sign : null
}

function readSum(parser: Parser): ReadQuantity | null {
  let left = readQuotient(parser)
  while (left !== null && signAt(parser) === '+') {
    parser.at++
    const right = readQuotient(parser)
    if (right === null || !sameDimensions(left, right)) return null
    left = { value: left.value + right.value, dimensions: left.dimensions }
  }
  return left
}

function readQuotient(parser: Parser): ReadQuantity | null {
  let left = readFactor(parser)
  while (left !== null && signAt(parser) === '/') {
    parser.at++
    const right = readFactor(parser)
    if (right === null) return null
    left = quotient(left, right)
  }
  return left
}

function readFactor(parser: Parser): ReadQuantity | null {
  if (signAt(parser) === '(') {
    parser.at++
    const inner = readSum(parser)
    if (signAt(parser) !== ')') return null
    parser.at++
    return inner
  }
  return readPlain(parser)
}

/** Number, multiplier words, then unit words: `50 billion tokens`, `kg`, `million tokens`. */
function readPlain(parser: Parser): ReadQuantity | null {
  let value = 1
  const words: string[] = []
  const from = parser.at
  for (; parser.at < parser.tokens.length; parser.at++) {
    const token = parser.tokens[parser.at]
    if (token === undefined || token.kind === 'sign') break
    if (token.kind === 'number') {
      if (words.length > 0) return null
      value *= token.value
    } else if (words.length === 0 && multiplierOf(token.word) !== null)
      value *= multiplierOf(token.word) ?? 1
    else words.push(token.word)
  }
  if (parser.at === from || words.length > 3) return null
  return unitOf(value, words)
}

/** `M` and `B` are multipliers (1M tokens); `m` and `b` are not. */
function multiplierOf(word: string): number | null {
  if (/^[a-z]$/.test(word) && word !== 'k') return null
  return multipliers[word.toLowerCase()] ?? null
}

function unitOf(value: number, words: readonly string[]): ReadQuantity {
  if (words.length === 0) return { value, dimensions: {} }
  const [only = ''] = words
  const known = words.length === 1 ? (scaled[only] ?? scaled[only.toLowerCase()]) : undefined
  if (known !== undefined) return { value: value * known[1], dimensions: { [known[0]]: 1 } }
  const word = singular(words.join(' '))
  return periods.has(word) ? { value, dimensions: {} } : { value, dimensions: { [word]: 1 } }
}

/** Lower case, no plural s: `FLOPs` and `flop` are one unit. */
export function singular(words: string): string {
  return words
    .toLowerCase()
    .trim()
    .replace(/ies$/, 'y')
    .replace(/([^s])s$/, '$1')
}

function quotient(left: ReadQuantity, right: ReadQuantity): ReadQuantity {
  const dimensions: Record<string, number> = { ...left.dimensions }
  for (const [unit, exponent] of Object.entries(right.dimensions))
    dimensions[unit] = (dimensions[unit] ?? 0) - exponent
  return { value: left.value / right.value, dimensions: withoutZeros(dimensions) }
}

const withoutZeros = (dimensions: Record<string, number>) =>
  Object.fromEntries(Object.entries(dimensions).filter(([, exponent]) => exponent !== 0))

export function sameDimensions(a: ReadQuantity, b: ReadQuantity): boolean {
  const text = ({ dimensions }: ReadQuantity) => JSON.stringify(Object.entries(dimensions).sort())
  return text(a) === text(b)
}

/** The functional unit of a rate in g per something; null for anything else, energy rates included. */
export function rateUnit({ dimensions }: ReadQuantity): string | null {
  const entries = Object.entries(dimensions)
  const below = entries.filter(([, exponent]) => exponent === -1)
  const unit = below[0]?.[0]
  return entries.length === 2 &&
    dimensions['g'] === 1 &&
    below.length === 1 &&
    unit !== undefined &&
    unit !== 'kWh'
    ? unit
    : null
}
