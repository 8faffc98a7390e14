import {
  type Labeled,
  labeledLine,
  plainText,
  type ReadQuantity,
  rateUnit,
  readQuantity,
  sameDimensions,
  singular,
} from './quantity-text.ts'
import { type LintFinding, short } from './rules.ts'

/** Printed results are rounded to two digits at times: 0.13 for 0.1300, 30 for 29.8. */
const tolerance = 0.02

/**
 * Re-derives every equation and every score in prose: sides of `=` must agree in number and unit, and a printed SCI
 * must be the totals of its section over their functional unit. This is what catches 0.13 g per million tokens where
 * the totals give 130.
 */
export function equationFindings(text: string): readonly LintFinding[] {
  const findings: LintFinding[] = []
  let scope = newScope()
  plainText(text)
    .split('\n')
    .forEach((line, i) => {
      const heading = /^(#{1,6})\s/.exec(line)?.[1]
      if (heading !== undefined)
        scope = heading.length <= 3 ? newScope() : { ...newScope(), derived: scope.derived }
      findings.push(...lineFindings(line, `line ${i + 1}`, scope))
    })
  return findings
}

interface Scope {
  readonly carbon: Map<string, number>
  readonly counts: Map<string, number>
  /** Scores derived from totals, by label and unit, kept for the "reporting" section that repeats them. */
  readonly derived: Map<string, number>
}

const newScope = (): Scope => ({ carbon: new Map(), counts: new Map(), derived: new Map() })

function lineFindings(line: string, where: string, scope: Scope): readonly LintFinding[] {
  const { label, rest } = labelOf(line)
  const sides = rest.split(/[=≈]/).map(readQuantity)
  const read = sides.filter((side) => side !== null)
  noteTotals(label, read, scope)
  const chain = chainFindings(read, where)
  if (sides.length > 1) keepDerived(label, read[0], scope)
  if (chain.length > 0) return chain
  return totalsFindings(label, read.at(-1), where, scope)
}

/** `- Consumer SCI = a = b` or `- **Total tokens**: 50 billion`: what stands before the first sign, and the rest. */
function labelOf(line: string): Labeled {
  const bare = line.replace(/^[\s>+-]+/, '')
  const read = labeledLine(bare, /^[A-Za-z][\w ,'()-]*/, ':=|')
  return read === null
    ? { label: '', rest: bare }
    : { label: read.label.toLowerCase(), rest: read.rest }
}

function chainFindings(sides: readonly ReadQuantity[], where: string): readonly LintFinding[] {
  return sides.slice(1).flatMap((right, i) => {
    const left = sides[i]
    if (left === undefined || Object.keys(left.dimensions).length === 0) return []
    if (!sameDimensions(left, right))
      return [
        finding(where, `${words(left)} is equated with ${words(right)}, which has other units`),
      ]
    return near(left.value, right.value) ? [] : [slip(left, right, where)]
  })
}

function noteTotals(label: string, read: readonly ReadQuantity[], scope: Scope): void {
  const total = /^(total|sum of|overall)\b(.*)/.exec(label)?.[2]
  const [first] = read
  if (total === undefined || first === undefined) return
  const keys = Object.keys(first.dimensions)
  if (keys.length === 1 && first.dimensions['g'] === 1) scope.carbon.set(label, first.value)
  else if (keys.length === 1 && first.dimensions[keys[0] ?? ''] === 1)
    scope.counts.set(keys[0] ?? '', first.value)
  else if (keys.length === 0)
    scope.counts.set(singular(total.replace(/processed|used|served/g, '')), first.value)
}

const key = (label: string, unit: string) => `${label} per ${unit}`

/** A score computed in a line (its first side) is what a later repetition must equal. */
function keepDerived(label: string, score: ReadQuantity | undefined, scope: Scope): void {
  const unit = score === undefined || !/\bsci\b/.test(label) ? null : rateUnit(score)
  if (score === undefined || unit === null || scope.derived.has(key(label, unit))) return
  scope.derived.set(key(label, unit), score.value)
}

function totalsFindings(
  label: string,
  printed: ReadQuantity | undefined,
  where: string,
  scope: Scope,
): readonly LintFinding[] {
  const unit = printed === undefined || !/\bsci\b/.test(label) ? null : rateUnit(printed)
  if (printed === undefined || unit === null) return []
  const value = fromTotals(unit, scope) ?? scope.derived.get(key(label, unit))
  if (value === undefined) return []
  const derived = { ...printed, value }
  keepDerived(label, derived, scope)
  return near(value, printed.value) ? [] : [slip(derived, printed, where)]
}

function fromTotals(unit: string, { carbon, counts }: Scope): number | null {
  const units = [...counts].find(
    ([name]) => name === unit || name.endsWith(` ${unit}`) || unit.endsWith(` ${name}`),
  )
  const grams = [...carbon.values()].reduce((sum, each) => sum + each, 0)
  return units === undefined || carbon.size === 0 ? null : grams / units[1]
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}

function slip(right: ReadQuantity, printed: ReadQuantity, where: string): LintFinding {
  const ratio = right.value / printed.value
  const times = ratio >= 1 ? `${short(ratio)} times too low` : `${short(1 / ratio)} times too high`
  return finding(where, `${words(printed)} is printed, ${words(right)} follows: ${times}`)
}

function words({ value, dimensions }: ReadQuantity): string {
  const above = Object.keys(dimensions).filter((unit) => (dimensions[unit] ?? 0) > 0)
  const below = Object.keys(dimensions).filter((unit) => (dimensions[unit] ?? 0) < 0)
  return `${short(value)} ${above.join(' ')}${below.length > 0 ? ` per ${below.join(' ')}` : ''}`.trim()
}

const finding = (where: string, what: string): LintFinding => ({
  rule: 'dimension',
  severity: 'error',
  where,
  what,
})
