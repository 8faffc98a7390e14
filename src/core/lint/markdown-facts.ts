import {
  type ClaimedRate,
  coefficientFrom,
  isoDate,
  type ReportFacts,
  templateFields,
} from './facts.ts'
import { plainText } from './plain-text.ts'
import { labeledLine, rateUnit, readQuantity } from './quantity-text.ts'
import { singular } from './unit-word.ts'

interface Line {
  readonly text: string
  readonly where: string
  /** The heading above, lower case. */
  readonly section: string
  /** Cells of a table row; null for anything else. */
  readonly cells: readonly string[] | null
}

/** Facts of a report in Markdown or plain text, by labels, headings and tables. */
export function factsFromMarkdown(text: string): ReportFacts {
  const lines = linesOf(text)
  const methods = lines.flatMap((line) => methodIn(line) ?? [])
  const date = labeled(lines, /measurement date/i) ?? labeled(lines, /timespan/i)
  return {
    sci: headline(lines),
    interval: null,
    components: componentsOf(lines),
    functionalUnit: functionalUnitOf(lines),
    coefficients: coefficientsOf(lines),
    methods: methods.flatMap(({ id, method, where }) =>
      method === null ? [] : [{ id, method: method.toLowerCase(), where }],
    ),
    namedCoefficients: methods.flatMap(({ coefficients }) => coefficients),
    boundary: /boundar/i.test(text),
    date: isoDate(date ?? ''),
    fields: templateFields.filter((field) => fieldPattern(field).test(text)),
    text,
  }
}

const fieldWords: Readonly<Record<string, RegExp>> = {
  organization: /organi[sz]ation/i,
  methodologies: /methodolog|method:/i,
  rationale: /rationale|because/i,
}
const fieldPattern = (field: string) => fieldWords[field] ?? new RegExp(field, 'i')

function linesOf(text: string): readonly Line[] {
  let section = ''
  return plainText(text)
    .split('\n')
    .map((line, i) => {
      const title = /^#{1,6}\s+(.*)/.exec(line)?.[1] ?? /^([A-Z][\w ]+):\s*$/.exec(line)?.[1]
      section = title?.toLowerCase() ?? section
      return { text: line, where: `line ${i + 1}`, section, cells: cellsOf(line) }
    })
}

function cellsOf(line: string): readonly string[] | null {
  if (!/^\s*\|/.test(line) || /^\s*\|[\s|:-]+$/.test(line)) return null
  const inner = line.replace(/^\s*\|/, '').replace(/\|\s*$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim())
}

function headline(lines: readonly Line[]): ClaimedRate | null {
  for (const line of lines) {
    const stated = /^\W*(?:software carbon intensity|sci)(?: score)?\s*[:=]\s*(.+)$/i.exec(
      line.text,
    )
    const rate = stated === null ? null : rateIn(stated[1] ?? '', 'SCI', line)
    if (rate !== null) return rate
  }
  return null
}

/** A rate at the start of a text; brackets after it are skipped. */
function rateIn(text: string, name: string, { where }: Line): ClaimedRate | null {
  const [before = ''] = text.split('(', 1)
  const read = readQuantity(before.trim())
  const unit = read === null ? null : rateUnit(read)
  return read === null || unit === null ? null : { name, value: read.value, unit, where }
}

const inBreakdown = ({ section }: Line) => section.startsWith('breakdown')

/** Bullets or table rows under "breakdown", of the form `name: rate` or `| name | rate |`. */
function componentsOf(lines: readonly Line[]): readonly ClaimedRate[] {
  // The head of the table may hold the unit: `SCI (gCO2e per visit)`.
  const head = lines.find((line) => inBreakdown(line) && holdsUnit(line.text))
  const unit = /\(([^)]+)\)/.exec(head?.text ?? '')?.[1] ?? null
  let inList = false
  return lines.flatMap((line) => {
    if (/^\W*breakdown\W*$/i.test(line.text)) inList = true
    else if (/^(#|--)/.test(line.text)) inList = false
    return inList || inBreakdown(line) ? (componentIn(line, unit) ?? []) : []
  })
}

/** A bracket with something in it between two bars. */
function holdsUnit(text: string): boolean {
  const inner = text.slice(text.indexOf('|') + 1, Math.max(0, text.lastIndexOf('|')))
  return (
    text.includes('|') && inner.lastIndexOf(')') > inner.indexOf('(') + 1 && inner.includes('(')
  )
}

function componentIn(line: Line, unit: string | null): ClaimedRate | null {
  const [, label, rate = ''] = /^\s*[-+]\s([^:]+):\s*(.+)$/.exec(line.text) ?? []
  if (label !== undefined) return rateIn(rate, label.trim(), line)
  const [name = '', value = ''] = line.cells ?? []
  if (!/\d/.test(value)) return null
  return (
    rateIn(value, name, line) ?? (unit === null ? null : rateIn(`${value} ${unit}`, name, line))
  )
}

function functionalUnitOf(lines: readonly Line[]): string | null {
  const stated =
    labeled(lines, /functional unit/i) ??
    lines.map(({ text }) => /\bR is one ([\w ]+)/.exec(text)?.[1]).find((unit) => unit)
  return stated === undefined
    ? null
    : singular(stated.replace(/^(per|one|a)\s+/i, '').replace(/[,.(].*$/, ''))
}

function labeled(lines: readonly Line[], label: RegExp): string | undefined {
  return lines
    .map(({ text }) => labeledLine(text.replace(/^\W+/, ''), /^[\w ]+/, ':|'))
    .find((one) => one !== null && label.test(one.label) && !/rationale/i.test(one.label))?.rest
}

/** Rows of the table under "coefficients", by the names in its head; null without such a table. */
function coefficientsOf(lines: readonly Line[]): ReportFacts['coefficients'] {
  const [head, ...rows] = lines.filter(
    ({ cells, section }) => cells !== null && section.startsWith('coefficient'),
  )
  if (head === undefined) return null
  const column = (field: string) => {
    const title = new RegExp(field === 'name' ? '^(name|coefficient)' : `^${field}`, 'i')
    const at = (head.cells ?? []).findIndex((cell) => title.test(cell))
    return at < 0 && field === 'name' ? 0 : at
  }
  return rows.map(({ cells, where }) =>
    coefficientFrom((field) => (cells ?? [])[column(field)] ?? '', where),
  )
}

/** A row of the methodology table (letter, id, method, description, coefficients), or a labeled line of prose. */
function methodIn({ text, cells, where }: Line) {
  const isRow = cells?.length === 5 && /^[COMEIR]$/.test(cells[0] ?? '')
  const [, id = '', method = '', , list = ''] = isRow ? cells : []
  const coefficients = isRow ? list : /^\W*Key Coefficients:\s*(.+)$/i.exec(text)?.[1]
  const named = /^\W*Method:\s*(\S+)/.exec(text)?.[1]
  if (!isRow && coefficients === undefined && named === undefined) return null
  return {
    id: isRow ? id : where,
    method: isRow ? method : (named ?? null),
    where,
    coefficients: (coefficients ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '' && !/^none/i.test(each)),
  }
}
