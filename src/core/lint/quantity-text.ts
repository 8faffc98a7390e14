/** A number with its dimensions, read from text: `6,500 kg CO2e / 50 billion tokens` is 0.13e-3 g^1 token^-1. */
export interface ReadQuantity {
  readonly value: number
  /** Exponent by unit: mass is `g`, energy is `kWh`, everything countable is its singular word. */
  readonly dimensions: Readonly<Record<string, number>>
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

/** Unit and factor by unit word; `CO2e` has been cut off before. */
const scaled: Readonly<Record<string, readonly [string, number]>> = {
  ...scales('g', { g: 1, gram: 1, mg: 1e-3, µg: 1e-6, ug: 1e-6, ng: 1e-9, pg: 1e-12, kg: 1e3 }),
  ...scales('g', { t: 1e6, tonne: 1e6, ton: 1e6, mt: 1e6, lb: 453.59237, lbs: 453.59237 }),
  ...scales('kWh', { kwh: 1, wh: 1e-3, mwh: 1e3, gwh: 1e6, j: 1 / 3.6e6, mj: 1 / 3.6 }),
}

function scales(unit: string, factors: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(factors).map(([word, factor]) => [word, [unit, factor] as const]),
  )
}

/** Over which time both C and R were counted; they cancel and are skipped. */
const periods = new Set(['second', 'hour', 'day', 'week', 'month', 'year', 'quarter'])

/** A number, one of the signs / + ( ), or a unit word. */
type Token = number | string

interface Parser {
  readonly tokens: readonly Token[]
  at: number
  /** Brackets that are open. */
  depth: number
}

/** Brackets in brackets, at most. */
const deepest = 50

/** Reads an expression of quantities with +, / and parentheses; null where the text is something else. */
export function readQuantity(text: string): ReadQuantity | null {
  const tokens = tokensOf(text)
  if (tokens === null || tokens.length === 0) return null
  const parser = { tokens, at: 0, depth: 0 }
  const value = readSum(parser)
  return parser.at < tokens.length ? null : value
}

const tokenPattern =
  /(?:([/+()])|10\^(-?\d+)|(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?)(?:\s*x\s*10\^(-?\d+))?|([A-Za-zµ][A-Za-z0-9µ_-]*))\s*/iy

function tokensOf(text: string): readonly Token[] | null {
  const source = plainText(text)
    .trim()
    .replace(/[.;,]$/, '')
  const tokens: Token[] = []
  for (let at = 0; at < source.length; at = tokenPattern.lastIndex) {
    tokenPattern.lastIndex = at
    const found = tokenPattern.exec(source)
    if (found === null) return null
    const [, sign, power, number, tens = 0, word = ''] = found
    const unit = word.replace(/CO2(eq?)?$/i, '').replace(/^per$/i, '/')
    if (sign !== undefined) tokens.push(sign)
    else if (power !== undefined) tokens.push(10 ** Number(power))
    else if (number !== undefined)
      tokens.push(Number(number.replace(/,/g, '')) * 10 ** Number(tens))
    else if (unit !== '') tokens.push(unit)
  }
  return tokens
}

function takes(parser: Parser, sign: string): boolean {
  if (parser.tokens[parser.at] !== sign) return false
  parser.at++
  return true
}

function readSum(parser: Parser): ReadQuantity | null {
  let left = readQuotient(parser)
  while (left !== null && takes(parser, '+')) {
    const right = readQuotient(parser)
    if (right === null || !sameDimensions(left, right)) return null
    left = { value: left.value + right.value, dimensions: left.dimensions }
  }
  return left
}

function readQuotient(parser: Parser): ReadQuantity | null {
  let left = readFactor(parser)
  while (left !== null && takes(parser, '/')) {
    const right = readFactor(parser)
    left = right === null ? null : quotient(left, right)
  }
  return left
}

function readFactor(parser: Parser): ReadQuantity | null {
  if (!takes(parser, '(')) return readPlain(parser)
  parser.depth++
  const inner = parser.depth > deepest ? null : readSum(parser)
  parser.depth--
  return takes(parser, ')') ? inner : null
}

/** Number, multiplier words, then unit words: `50 billion tokens`, `kg`, `million tokens`. */
function readPlain(parser: Parser): ReadQuantity | null {
  let value = 1
  const words: string[] = []
  const from = parser.at
  for (; parser.at < parser.tokens.length; parser.at++) {
    const token = parser.tokens[parser.at] ?? '/'
    if (typeof token === 'string' && /^[/+()]$/.test(token)) break
    const factor = typeof token === 'number' ? token : words.length === 0 ? multiplier(token) : null
    if (typeof token === 'number' && words.length > 0) return null
    if (factor !== null) value *= factor
    else words.push(String(token))
  }
  return parser.at === from || words.length > 3 ? null : quantityOf(value, words)
}

/** `M` and `B` are multipliers (1M tokens); `m` and `b` are not. */
function multiplier(word: string): number | null {
  return /^[a-jl-z]$/.test(word) ? null : (multipliers[word.toLowerCase()] ?? null)
}

function quantityOf(value: number, words: readonly string[]): ReadQuantity {
  const [only = ''] = words
  const known = words.length === 1 ? (scaled[only] ?? scaled[only.toLowerCase()]) : undefined
  if (known !== undefined) return { value: value * known[1], dimensions: { [known[0]]: 1 } }
  const word = singular(words.join(' '))
  return { value, dimensions: word === '' || periods.has(word) ? {} : { [word]: 1 } }
}

/** Lower case, no plural s: `FLOPs` and `flop` are one unit. */
export function singular(words: string): string {
  const word = words.toLowerCase().trim()
  return word.replace(/ies$/, 'y').replace(/([^s])s$/, '$1')
}

function quotient(left: ReadQuantity, right: ReadQuantity): ReadQuantity {
  const dimensions: Record<string, number> = { ...left.dimensions }
  for (const [unit, exponent] of Object.entries(right.dimensions))
    dimensions[unit] = (dimensions[unit] ?? 0) - exponent
  const kept = Object.entries(dimensions).filter(([, exponent]) => exponent !== 0)
  return { value: left.value / right.value, dimensions: Object.fromEntries(kept) }
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
