import {
  type Chain,
  chainChecks,
  chainsOf,
  converts,
  hasUnit,
  isOperation,
  near,
  type Side,
} from './chains.ts'
import { allOf, type Checked, findingOf, short } from './finding.ts'
import type { ProseLine } from './prose.ts'
import { type ReadQuantity, readLeading } from './quantity-text.ts'

const finding = findingOf('dimension')

/** Every calculation that a text writes out: equations, sums in remarks, scores that are sums of scores. */
export function calculationChecks(lines: readonly ProseLine[]): Checked {
  const chains = chainsOf(lines)
  return allOf([
    ...chains.map(({ sides }) => chainChecks(sides)),
    ...lines.map(remarkCheck),
    ...chains.map(energyCheck),
    scoreSums(chains),
    statedUnits(chains),
    periodsTwice(chains),
  ])
}

const none: Checked = { checks: 0, findings: [] }

const sumAtEnd = /((?:[\d.,]+\s*\+\s*)+[\d.,]+)\s*\)?\s*$/

/** `321.35 g (67.81 + 51.10)`, or the sum behind a tab: a total with its parts. */
function remarkCheck({ text, where }: ProseLine): Checked {
  const cut = Math.max(text.indexOf('\t'), text.lastIndexOf('('))
  const parts = cut < 0 ? undefined : sumAtEnd.exec(text.slice(cut))?.[1]?.split('+').map(numberOf)
  const before = text.slice(0, Math.max(0, cut))
  const stated = readLeading(before.slice(Math.max(0, before.search(/[\d.]+[\w\s]*$/))))
  if (parts === undefined || stated === null || stated.numbers.length !== 1) return none
  const total = parts.reduce((sum, part) => sum + part, 0)
  if (!Number.isFinite(total)) return none
  const findings = near(total, stated.raw)
    ? []
    : [
        finding(
          where,
          `${short(stated.raw)} is printed, the parts next to it add up to ${short(total)}`,
        ),
      ]
  return { checks: 1, findings }
}

const numberOf = (text: string) => Number(text.trim().replace(/,/g, ''))

/** E is an energy: a value of it in carbon has another unit. */
function energyCheck({ label, sides }: Chain): Checked {
  const last = sides.at(-1)
  if (last === undefined || !/^(total )?(e|energy)$/.test(label) || !hasUnit(last.read)) return none
  const findings =
    'g' in last.read.dimensions
      ? [finding(last.where, 'E is an energy, and its unit is one of carbon')]
      : []
  return { checks: 1, findings }
}

const isScore = ({ label, words }: Chain) => /\bsci\b/i.test([label, ...words].join(' '))

/** `SCI = SCI of the server + SCI of the database = 40.42 g` is the sum of the two scores before it. */
function scoreSums(chains: readonly Chain[]): Checked {
  const scores: Side[] = []
  const checked = chains.filter(isScore).flatMap((chain) => {
    const last = chain.sides.at(-1)
    if (last === undefined) return []
    const terms = chain.words
      .flatMap((words) => words.split('+'))
      .filter((term) => /\bsci\b/i.test(term))
    const isSum = terms.length >= 2 && terms.length === scores.length && chain.sides.length === 1
    const total = scores.reduce((sum, { read }) => sum + read.value, 0)
    if (!isSum) {
      scores.push(last)
      return []
    }
    const wrong = !near(total, last.read.value, last.text)
    return [
      wrong
        ? [
            finding(
              last.where,
              `the ${scores.length} scores before it add up to ${short(total)}, ${short(last.read.value)} is printed`,
            ),
          ]
        : [],
    ]
  })
  return { checks: checked.length, findings: checked.flat() }
}

/**
 * A number that stood with a unit before keeps it: `M = 4,800,000 * 0.00007 = 342 kg` is grams where 4,800,000 were
 * grams.
 */
function statedUnits(chains: readonly Chain[]): Checked {
  const stated = new Map<number, ReadQuantity | null>()
  const checked = chains.flatMap(({ sides }) => {
    const pairs = sides.slice(1).flatMap((right, i) => {
      const left = sides[i]
      const known = left === undefined ? null : unitFrom(stated, left, right)
      return left === undefined || known === null ? [] : [unitFinding(left, right, known)]
    })
    for (const { read } of sides) keep(stated, read)
    return pairs
  })
  return { checks: checked.length, findings: checked.flat() }
}

function keep(stated: Map<number, ReadQuantity | null>, read: ReadQuantity): void {
  const [only = 0] = read.numbers
  if (
    read.numbers.length !== 1 ||
    !hasUnit(read) ||
    String(only).replace(/\D|^0+|0+$/g, '').length < 2
  )
    return
  const before = stated.get(only)
  const differs = before !== undefined && before?.value !== read.value
  stated.set(only, differs ? null : read)
}

/** The one factor of a bare product whose unit is known and is of the kind of the printed result. */
function unitFrom(
  stated: ReadonlyMap<number, ReadQuantity | null>,
  left: Side,
  right: Side,
): ReadQuantity | null {
  const { dimensions, numbers } = left.read
  if (!isOperation(left.read) || 'g' in dimensions || 'kWh' in dimensions) return null
  if (/[+-]/.test(left.text) || converts(left.read)) return null
  const known = numbers.flatMap((one) => stated.get(one) ?? [])
  const [only] = known
  const unit = only?.dimensions['g'] === 1 ? 'g' : 'kWh'
  const alike = only?.dimensions[unit] === 1 && right.read.dimensions[unit] === 1
  return known.length === 1 && only !== undefined && alike ? only : null
}

function unitFinding(left: Side, right: Side, known: ReadQuantity) {
  const printed = right.read.numbers[0] ?? Number.NaN
  const [expected, found] = [known.value / known.raw, right.read.value / right.read.raw]
  if (!near(left.read.raw, printed, right.text) || near(expected, found)) return []
  return [
    finding(
      right.where,
      `${short(printed)} is ${short(found / expected)} times too high: a factor of it stood in another unit before`,
    ),
  ]
}

/** Factors of a period; none of them belongs into a product twice. */
const periods = [365, 8760]

function periodsTwice(chains: readonly Chain[]): Checked {
  const within = new Map<number, number>()
  const checked = chains.flatMap(({ sides }) =>
    sides.flatMap((left, i) => {
      const right = sides[i + 1]
      const isProduct = /[x*×]/.test(left.text) && !/\+/.test(left.text)
      const own = left.read.numbers.find((one) => periods.includes(one))
      const before = left.read.numbers.flatMap((one) => within.get(one) ?? [])
      const twice = before.find((period, k) => before.indexOf(period) !== k)
      if (right !== undefined && isProduct && own !== undefined)
        within.set(right.read.numbers[0] ?? 0, own)
      if (!isProduct || twice === undefined) return []
      return [finding(left.where, `${twice} is a factor of both numbers: it enters twice`)]
    }),
  )
  return { checks: 0, findings: checked }
}
