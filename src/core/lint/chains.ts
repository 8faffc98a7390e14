import { type Checked, findingOf, type LintFinding, short } from './finding.ts'
import { type ProseLine, statementsOf } from './prose.ts'
import { isBare, type ReadQuantity, readLeading, sameDimensions } from './quantity-text.ts'

const finding = findingOf('dimension')

/** One side of a sign of equality, as written and as read. */
export interface Side {
  readonly text: string
  readonly read: ReadQuantity
  readonly where: string
}

/** Sides that a line, or a line and those that go on with `=`, equates. A side that cannot be read ends a run. */
export interface Chain {
  readonly label: string
  readonly sides: readonly Side[]
  /** The first side where it is words alone: `SCI of the server + SCI of the database`. */
  readonly words: readonly string[]
}

/** Signs of equality; `<=` and `==` compare. */
const signs = /=>|=~|~=|(?<![<>!=])=(?![=])|[≈≅]/
const isTable = (text: string) => /^\s*\|/.test(text)

interface OpenChain {
  readonly label: string
  readonly sides: Side[]
  readonly words: string[]
  /** The line that it stands on, or goes on to. */
  line: number
}

/** All chains of a text, with what stands before the first sign as the label. */
export function chainsOf(lines: readonly ProseLine[]): readonly Chain[] {
  const chains: OpenChain[] = []
  const statements = lines.flatMap(({ text, where }, line) =>
    isTable(text) || !signs.test(text)
      ? []
      : statementsOf(expressionPart(text.replace(/^[\s>]*[-*+] /, ''))).map((statement) => ({
          ...{ statement, where, line },
        })),
  )
  for (const { statement, where, line } of statements) {
    const parts = statement.split(signs)
    const before = chains.at(-1)
    const goesOn =
      (parts[0] ?? '').replace(/[\s>*-]/g, '') === '' && line - (before?.line ?? -9) <= 2
    const label = labelOf(parts[0] ?? '')
    if (!goesOn) chains.push({ label, sides: [], words: [], line })
    for (const part of parts) {
      const chain = chains.at(-1)
      const read = sideOf(part)
      if (chain !== undefined) chain.line = line
      if (read === null && !/\d/.test(part)) chain?.words.push(part)
      else if (read !== null) chain?.sides.push({ text: part, read, where })
      // What equals something that cannot be read, or a sentence, equals nothing that could be checked.
      if (/\d/.test(part) && (read === null || isSentence(part)))
        chains.push({ label, sides: [], words: [], line })
    }
  }
  return chains
}

const isSentence = (part: string) => (part.match(/[A-Za-z]{2,}/g)?.length ?? 0) > 12

/** Without the remark that a tab behind the last sign sets apart; that is a check of its own. */
function expressionPart(text: string): string {
  const tab = text.indexOf('\t', Math.max(text.lastIndexOf('='), text.lastIndexOf('≈')))
  return tab < 0 ? text : text.slice(0, tab)
}

const labelOf = (part: string) =>
  part
    .replace(/^[\s>#*+-]+/, '')
    .trim()
    .toLowerCase()

/** A side of an equation; a label before it is skipped: `SCI of the database - (0.1 kWh * 5)`. */
function sideOf(part: string): ReadQuantity | null {
  if (!/\d/.test(part)) return null
  const whole = readLeading(part)
  if (whole !== null && whole.numbers.length > 0) return whole
  const at = part.search(/(?<![\w.])[\d.(]/)
  const behind = at > 0 ? readLeading(part.slice(at)) : null
  return behind === null || behind.numbers.length === 0 ? null : behind
}

/** A number may be rounded to its last digit, and printed results to two digits at times. */
const tolerance = 0.02

/** Whether a printed number can be the computed one. */
export function near(computed: number, printed: number, text = ''): boolean {
  const difference = Math.abs(computed - printed)
  return difference <= tolerance * Math.abs(computed) || difference <= lastDigit(text, printed)
}

/** One of the last digit of a printed number, where it has at least two that count; in the scale of `printed`. */
function lastDigit(text: string, printed: number): number {
  const [, whole = '', fraction = '', tens = '0'] =
    /(\d[\d,]*)?(?:\.(\d+))?(?:e([-+]?\d+))?/.exec(text.slice(Math.max(0, text.search(/[\d.]/)))) ??
    []
  const digits = `${whole}${fraction}`.replace(/^[0,]+/, '')
  const literal = Number(`${whole.replace(/,/g, '') || '0'}.${fraction || '0'}e${tens}`)
  if (fraction === '' || digits.length < 2 || literal === 0) return 0
  return (10 ** (Number(tens) - fraction.length) / literal) * Math.abs(printed)
}

/** Numbers that people put in to convert units by hand; where one stands, the units of both sides may differ by it. */
const conversions = [1000, 1e6, 1e9, 3600, 3.6e6, 24, 365, 8760]
export const converts = ({ numbers }: ReadQuantity) =>
  numbers.some((one) => conversions.includes(one))

/** The dimensions that carbon has in both, whatever it is counted per. */
const carbonIn = ({ dimensions }: ReadQuantity) => dimensions['g'] === 1 && !('kWh' in dimensions)

/** What is wrong with `left = right`; null where nothing is, or nothing can be said. */
export function unequal(
  left: ReadQuantity,
  right: ReadQuantity,
  printed: string,
): 'number' | 'unit' | null {
  const raw =
    near(left.raw, right.raw, printed) ||
    (isBare(left) && near(left.raw, right.numbers[0] ?? Number.NaN, printed))
  if (sameDimensions(left, right) && Object.keys(left.dimensions).length > 0) {
    const scaled = left.hours === right.hours && near(left.timed, right.timed, printed)
    if (scaled || near(left.value, right.value, printed)) return null
    if (raw && (converts(left) || converts(right))) return null
    return raw ? 'unit' : 'number'
  }
  if (carbonIn(left) && carbonIn(right)) {
    if (near(left.value, right.value, printed)) return null
    return raw && !converts(left) ? 'unit' : 'number'
  }
  // `150 Wh = 75 g` means what that energy emits; the factor is not there to check it.
  if (isOnly(left, 'kWh') && isOnly(right, 'g')) return null
  const fits =
    raw || near(left.timed, right.timed, printed) || near(left.value, right.value, printed)
  return fits || (isBare(left) && inOtherPrefix(left.raw, right)) ? null : 'number'
}

const isOnly = ({ dimensions }: ReadQuantity, unit: string) =>
  dimensions[unit] === 1 && Object.keys(dimensions).length === 1

/** Numbers without units may be of any prefix: 604 over 500 million is 1.21 mg where 604 were kg. */
function inOtherPrefix(bare: number, { raw, dimensions }: ReadQuantity): boolean {
  const steps = Math.log10(raw / bare) / 3
  const whole = Math.round(steps)
  return 'g' in dimensions && whole !== 0 && Math.abs(steps - whole) < Math.log10(1 + tolerance) / 3
}

/** A side that says something: an operation on numbers, or a quantity in a unit that we know. */
export const hasUnit = ({ dimensions, hours }: ReadQuantity) =>
  'g' in dimensions || 'kWh' in dimensions || hours !== 0
export const isOperation = ({ numbers }: ReadQuantity) => numbers.length >= 2

/** Checks the sides of a chain pairwise; a run-on (`a * b = 108 W / 1000 = 0.108 kWh`) may mean its first number. */
export function chainChecks(sides: readonly Side[]): Checked {
  const checked = sides.slice(1).flatMap((right, i) => {
    const left = sides[i]
    if (left === undefined) return []
    const says = isOperation(left.read) || (hasUnit(left.read) && hasUnit(right.read))
    return says ? [pairFindings(left, right)] : []
  })
  return { checks: checked.length, findings: checked.flat() }
}

function pairFindings(left: Side, right: Side): readonly LintFinding[] {
  const runOn = isOperation(right.read) && near(left.read.raw, right.read.numbers[0] ?? Number.NaN)
  const wrong = runOn ? null : unequal(left.read, right.read, right.text)
  if (wrong === null) return []
  const [a, b] = [words(left.read), words(right.read)]
  return [
    finding(
      right.where,
      wrong === 'unit'
        ? `${a} follows, ${b} is printed${times(left.read, right.read)}; the number fits, its unit does not`
        : `${b} is printed, ${a} follows${times(left.read, right.read)}`,
    ),
  ]
}

/** By how much a printed quantity is off, where the two are of one kind, or one is a number without a unit. */
export function times(follows: ReadQuantity, printed: ReadQuantity): string {
  const alike = sameDimensions(follows, printed) || (carbonIn(follows) && carbonIn(printed))
  if (!alike && !isBare(follows) && !isBare(printed)) return ''
  const ratio = alike ? follows.value / printed.value : follows.raw / printed.raw
  if (!(ratio > 0) || !Number.isFinite(ratio)) return ''
  return ratio >= 1 ? `: ${short(ratio)} times too low` : `: ${short(1 / ratio)} times too high`
}

export function words({ value, raw, dimensions }: ReadQuantity): string {
  const above = Object.keys(dimensions).filter((unit) => (dimensions[unit] ?? 0) > 0)
  const below = Object.keys(dimensions).filter((unit) => (dimensions[unit] ?? 0) < 0)
  const known = 'g' in dimensions || 'kWh' in dimensions
  return `${short(known ? value : raw)} ${above.join(' ')}${below.length > 0 ? ` per ${below.join(' ')}` : ''}`.trim()
}
