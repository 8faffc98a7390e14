import { type Checked, findingOf, type LintFinding, short } from './finding.ts'
import type { ProseLine } from './prose.ts'
import { readLeading } from './quantity-text.ts'

const finding = findingOf('table')

interface Row {
  readonly where: string
  readonly first: string
  /** The number that a cell begins with; null where it holds none. */
  readonly cells: readonly (number | null)[]
}

/** Tables of energy or carbon: rows that break the rule of the others, and totals that are not the sum of their column. */
export function tableChecks(lines: readonly ProseLine[]): Checked {
  const tables = tablesOf(lines).map((rows) => [...rowFindings(rows), ...totalFindings(rows)])
  const findings = tables.flatMap((parts) => parts.flatMap((part) => part))
  return { checks: tables.reduce((sum, parts) => sum + parts.length, 0), findings }
}

const about = /co2|carbon|emission|energy|kwh|\bsci\b/i

function tablesOf(lines: readonly ProseLine[]): readonly (readonly Row[])[] {
  const tables: ProseLine[][] = []
  lines.forEach((line, i) => {
    if (!/^\s*\|/.test(line.text)) return
    const goesOn = i > 0 && /^\s*\|/.test(lines[i - 1]?.text ?? '')
    if (goesOn) tables.at(-1)?.push(line)
    else tables.push([line])
  })
  return tables
    .filter((table) => table.some(({ text }) => about.test(text)))
    .map((table) =>
      table
        .slice(1)
        .filter(({ text }) => !/^[\s|:-]+$/.test(text))
        .map(rowOf),
    )
}

function rowOf({ text, where }: ProseLine): Row {
  const inner = text
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim())
  return { where, first: inner[0] ?? '', cells: inner.map(numberOf) }
}

function numberOf(cell: string): number | null {
  const read = /^~?\d|^\./.test(cell) ? readLeading(cell.replace(/^~/, '')) : null
  return read === null || read.numbers.length !== 1 ? null : (read.numbers[0] ?? null)
}

const isTotal = ({ first, cells }: Row) =>
  /^(grand )?(total|sum)\b/i.test(first) || (cells[0] === null && /\btotal\b/i.test(first))

type Rule = readonly [text: string, of: (row: readonly number[]) => number]

/** What the last column can be of those before it. */
function rulesFor(columns: readonly number[]): readonly Rule[] {
  const product = (row: readonly number[]) => row.reduce((left, one) => left * one, 1)
  const sum = (row: readonly number[]) => row.reduce((left, one) => left + one, 0)
  const rules: Rule[] = [
    ['the product of the others', product],
    ['the sum of the others', sum],
  ]
  if (columns.length >= 3)
    rules.push([
      'the first times the sum of the others',
      ([first = 0, ...rest]) => first * sum(rest),
    ])
  return rules
}

/** A column that follows from the columns before it in nearly all rows has to in every row. */
function rowFindings(rows: readonly Row[]): readonly (readonly LintFinding[])[] {
  const body = rows.filter((row) => !isTotal(row))
  const width = Math.max(0, ...body.map(({ cells }) => cells.length))
  const columns = Array.from({ length: width }, (_, i) => i).filter(
    (i) => body.filter(({ cells }) => cells[i] !== null && cells[i] !== undefined).length >= 3,
  )
  return columns.flatMap((column, at) => {
    const before = columns.slice(0, at)
    for (let from = 0; from < before.length; from++)
      for (const used of [before.slice(from), before.slice(from, from + 2)])
        for (const rule of used.length < 2 ? [] : rulesFor(used)) {
          const found = brokenBy(body, column, used, rule)
          if (found !== null) return [found]
        }
    const ratio = before.length === 0 ? null : ratioBroken(body, column, before.at(-1) ?? 0)
    return ratio === null ? [] : [ratio]
  })
}

interface Measured {
  readonly row: Row
  readonly stated: number
  readonly expected: number
}

function brokenBy(
  rows: readonly Row[],
  column: number,
  used: readonly number[],
  [text, of]: Rule,
): readonly LintFinding[] | null {
  const measured = rows.flatMap((row): readonly Measured[] => {
    const values = used.flatMap((i) => row.cells[i] ?? [])
    const stated = row.cells[column]
    return stated === null || stated === undefined || values.length < used.length
      ? []
      : [{ row, stated, expected: of(values) }]
  })
  return outliers(
    measured,
    0.02,
    ({ expected, stated }) =>
      `${short(stated)} is printed, ${short(expected)} follows (${text}, as in the other rows)`,
  )
}

/** Two columns in one ratio in nearly all rows, such as carbon and energy on one grid. */
function ratioBroken(
  rows: readonly Row[],
  column: number,
  other: number,
): readonly LintFinding[] | null {
  const pairs = rows.flatMap((row) => {
    const [a, b] = [row.cells[column], row.cells[other]]
    return typeof a === 'number' && typeof b === 'number' && b > 0 && a > 0 ? [{ row, a, b }] : []
  })
  const ratios = pairs.map(({ a, b }) => a / b).sort((x, y) => x - y)
  const middle = ratios[Math.floor(ratios.length / 2)]
  if (middle === undefined || new Set(pairs.map(({ b }) => b)).size < 4) return null
  const measured = pairs.map(({ row, a, b }) => ({ row, stated: a, expected: b * middle }))
  return outliers(
    measured,
    0.02,
    ({ stated, expected }) =>
      `${short(stated)} is printed, ${short(expected)} would have the ratio of the other rows`,
  )
}

/** Rows off by more than a tenth, where at least three quarters, and three rows, follow the rule. */
function outliers(
  measured: readonly Measured[],
  tolerance: number,
  text: (one: Measured) => string,
): readonly LintFinding[] | null {
  const off = ({ stated, expected }: Measured) =>
    Math.abs(stated - expected) / Math.max(1e-300, Math.abs(expected))
  const fits = measured.filter((one) => off(one) <= tolerance).length
  if (fits < 3 || fits < 0.75 * measured.length) return null
  return measured.filter((one) => off(one) > 0.1).map((one) => finding(one.row.where, text(one)))
}

/** A row that is called a total is the sum of its column, where the columns can be summed at all. */
function totalFindings(rows: readonly Row[]): readonly (readonly LintFinding[])[] {
  const total = rows.at(-1)
  if (total === undefined || !isTotal(total) || rows.length < 3) return []
  const body = rows.slice(0, -1)
  return total.cells.flatMap((stated, column) => {
    const values = body.flatMap(({ cells }) => cells[column] ?? [])
    if (stated === null || values.length < body.length) return []
    const sum = values.reduce((left, one) => left + one, 0)
    const wrong = Math.abs(sum - stated) > 0.02 * Math.abs(sum)
    return [
      wrong
        ? [
            finding(
              total.where,
              `${short(stated)} is the total printed, the column adds up to ${short(sum)}`,
            ),
          ]
        : [],
    ]
  })
}
