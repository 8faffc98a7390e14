import { near, times, words } from './chains.ts'
import { type Checked, findingOf, short } from './finding.ts'
import { type ProseLine, statementsOf } from './prose.ts'
import {
  type Labeled,
  labeledLine,
  type ReadQuantity,
  rateUnit,
  readQuantity,
} from './quantity-text.ts'
import { singular } from './unit-word.ts'

const finding = findingOf('dimension')

/** What a section states that its score follows from. */
interface Scope {
  readonly carbon: Map<string, number>
  readonly counts: Map<string, number>
  /** kWh, by label. */
  readonly energy: Map<string, number>
  /** g/kWh; null before it is stated. */
  intensity: number | null
  /** g; null before it is stated. */
  embodied: number | null
  /** Scores derived from totals, by label and unit, kept for the "reporting" section that repeats them. */
  readonly derived: Map<string, number>
}

const newScope = (derived = new Map<string, number>()): Scope => ({
  ...{
    carbon: new Map(),
    counts: new Map(),
    energy: new Map(),
    intensity: null,
    embodied: null,
    derived,
  },
})

/**
 * Scores that stand apart from what they follow from: a printed SCI must be the totals of its section over their
 * functional unit. This is what catches 0.13 g per million tokens where the totals give 130.
 */
export function totalsChecks(lines: readonly ProseLine[]): Checked {
  let scope = newScope()
  const statements = lines.flatMap((line) =>
    statementsOf(line.text).map((text, i) => ({
      ...line,
      text,
      heading: i === 0 ? line.heading : 0,
    })),
  )
  const checked = statements.flatMap(({ text, where, heading }) => {
    if (heading > 0) scope = newScope(heading > 3 ? scope.derived : undefined)
    const { label, rest } = labelOf(text)
    const sides = rest.split(/[=≈]/).map((side) => readQuantity(side.split('→').at(-1) ?? ''))
    const read = sides.filter((side) => side !== null)
    note(label, read[0], scope)
    if (sides.length > 1) keepDerived(label, read[0], scope)
    // A line that computes its score is checked as an equation.
    return sides.length > 1 ? [] : scoreCheck(label, read[0], where, scope)
  })
  const parts = partsOverTotal(lines)
  return {
    checks: checked.length + parts.checks,
    findings: [...checked.flatMap((one) => one.findings), ...parts.findings],
  }
}

/** A component that alone is more than the total score that the document states above it. */
function partsOverTotal(lines: readonly ProseLine[]): Checked {
  let total: { readonly unit: string; readonly value: number; readonly where: string } | null = null
  let inPart = false
  const found = lines.flatMap(({ text, where, heading }) => {
    if (heading > 0) inPart = /\b(component|part) \d/i.test(text)
    if (heading > 0 && heading <= 2) total = null
    const { label, rest } = labelOf(text)
    const rate = readQuantity(rest.split(/[=≈]/).at(-1) ?? '')
    const unit = rate === null ? null : rateUnit(rate)
    if (rate === null || unit === null) return []
    if (!inPart && /^(total|overall) sci$/.test(label)) total = { unit, value: rate.value, where }
    if (!inPart || total?.unit !== unit) return []
    const over = rate.value > total.value * 1.02
    const what = `the total is ${short(total.value)} g per ${unit}, but ${where} alone is ${short(rate.value)}`
    return [over ? [finding(total.where, what)] : []]
  })
  return { checks: found.length, findings: found.flat() }
}

/** `- Consumer SCI = a = b` or `- Total tokens: 50 billion`: what stands before the first sign, and the rest. */
function labelOf(line: string): Labeled {
  const bare = line.replace(/^[\s>+*|-]+/, '')
  const read = labeledLine(bare, /^[A-Za-z][\w ,'()-]*/, ':=|')
  return read === null
    ? { label: '', rest: bare }
    : { label: read.label.toLowerCase(), rest: read.rest }
}

function note(label: string, first: ReadQuantity | undefined, scope: Scope): void {
  if (first === undefined || label === '') return
  noteTotal(label, first, scope)
  const { dimensions, value } = first
  const units = Object.keys(dimensions)
  if (dimensions['g'] === 1 && dimensions['kWh'] === -1) scope.intensity = value
  else if (units.length === 1 && dimensions['kWh'] === 1) scope.energy.set(label, value)
  else if (units.length === 1 && dimensions['g'] === 1 && /embodied|^m$/.test(label))
    scope.embodied = value
  else if (units.length === 1 && label === 'r') scope.counts.set(units[0] ?? '', value)
  else if (units.length === 0 && /^[\w ]+$/.test(label) && value > 1)
    scope.counts.set(singular(label), value)
}

function noteTotal(label: string, { dimensions, value }: ReadQuantity, scope: Scope): void {
  const total = /^(total|sum of|overall)\b(.*)/.exec(label)?.[2]
  if (total === undefined) return
  const [unit = '', ...others] = Object.keys(dimensions)
  if (others.length > 0) return
  if (unit === 'g' && dimensions[unit] === 1) scope.carbon.set(label, value)
  else if (unit !== 'kWh' && dimensions[unit] === 1) scope.counts.set(unit, value)
  else if (unit === '')
    scope.counts.set(singular(total.replace(/processed|used|served/g, '')), value)
}

const key = (label: string, unit: string) => `${label} per ${unit}`
const isScore = (label: string) => /\bsci\b|^result$/.test(label)

/** A score computed in a line (its first side) is what a later repetition must equal. */
function keepDerived(label: string, score: ReadQuantity | undefined, scope: Scope): void {
  const unit = score === undefined || !isScore(label) ? null : rateUnit(score)
  if (score === undefined || unit === null || scope.derived.has(key(label, unit))) return
  scope.derived.set(key(label, unit), score.value)
}

function scoreCheck(
  label: string,
  printed: ReadQuantity | undefined,
  where: string,
  scope: Scope,
): readonly Checked[] {
  const unit = printed === undefined || !isScore(label) ? null : rateUnit(printed)
  if (printed === undefined || unit === null) return []
  const value = fromTotals(unit, scope) ?? scope.derived.get(key(label, unit))
  if (value === undefined) return []
  const derived = { ...printed, value }
  keepDerived(label, derived, scope)
  const what = `${words(printed)} is printed, ${words(derived)} follows${times(derived, printed)}`
  return [{ checks: 1, findings: near(value, printed.value) ? [] : [finding(where, what)] }]
}

function fromTotals(unit: string, scope: Scope): number | null {
  const count = [...scope.counts].find(
    ([name]) => name === unit || name.endsWith(` ${unit}`) || unit.endsWith(` ${name}`),
  )?.[1]
  if (count === undefined) return null
  const grams = [...scope.carbon.values()].reduce((sum, each) => sum + each, 0)
  if (scope.carbon.size > 0) return grams / count
  const energy = energyOf(scope)
  return energy === null || scope.intensity === null || scope.embodied === null
    ? null
    : (energy * scope.intensity + scope.embodied) / count
}

/** The total of a section, or the only energy that it states. */
function energyOf({ energy }: Scope): number | null {
  const total = [...energy].find(([label]) => label.startsWith('total'))?.[1]
  const [only = null] = energy.values()
  return total ?? (energy.size === 1 ? only : null)
}
