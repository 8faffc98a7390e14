import { plainText, rateUnit, readQuantity, singular } from './quantity-text.ts'

/** A score or a part of one, as a report prints it. */
export interface ClaimedRate {
  readonly name: string
  /** g per functional unit. */
  readonly value: number
  readonly unit: string
  readonly where: string
}

export interface ClaimedCoefficient {
  readonly name: string
  readonly description: string
  readonly value: string
  readonly unit: string
  readonly source: string
  readonly where: string
}

/** What a report claims, whatever form it came in; null where it says nothing. */
export interface ReportFacts {
  readonly sci: ClaimedRate | null
  readonly interval: { readonly low: number; readonly high: number } | null
  readonly components: readonly ClaimedRate[]
  readonly functionalUnit: string | null
  readonly coefficients: readonly ClaimedCoefficient[] | null
  readonly methods: readonly {
    readonly id: string
    readonly method: string
    readonly where: string
  }[]
  /** Coefficients that methodologies name. */
  readonly namedCoefficients: readonly string[]
  readonly boundary: boolean
  readonly date: string | null
  readonly fields: readonly string[]
  readonly text: string
}

/** Fields of the report template that must be there in some form. */
export const templateFields = [
  'application',
  'version',
  'organisation',
  'accountable',
  'measurement date',
  'timespan',
  'functional unit',
  'rationale',
  'methodologies',
] as const

/** Facts of a report in Markdown or plain text, by labels, headings and tables. */
export function factsFromMarkdown(text: string): ReportFacts {
  const lines = plainText(text).split('\n')
  const section = sectionsOf(lines)
  return {
    sci: headline(lines),
    interval: null,
    components: componentsOf(lines, section),
    functionalUnit: functionalUnitOf(lines),
    coefficients: coefficientRows(lines, section),
    methods: methodsOf(lines),
    namedCoefficients: lines.flatMap(keyCoefficients),
    boundary: /boundar/i.test(text),
    date: isoDate(labelled(lines, /measurement date/i) ?? labelled(lines, /timespan/i) ?? ''),
    fields: templateFields.filter((field) => fieldPattern(field).test(text)),
    text,
  }
}

function fieldPattern(field: string): RegExp {
  const words: Readonly<Record<string, RegExp>> = {
    organisation: /organi[sz]ation/i,
    methodologies: /methodolog|method:/i,
    rationale: /rationale|because/i,
  }
  return words[field] ?? new RegExp(field, 'i')
}

/** The heading under which each line stands, lower case. */
function sectionsOf(lines: readonly string[]): readonly string[] {
  let current = ''
  return lines.map((line) => {
    const title = /^#{1,6}\s+(.*)/.exec(line)?.[1] ?? /^([A-Z][\w ]+):\s*$/.exec(line)?.[1]
    if (title !== undefined) current = title.toLowerCase()
    return current
  })
}

function headline(lines: readonly string[]): ClaimedRate | null {
  for (const [i, line] of lines.entries()) {
    const said = /^\W*(?:software carbon intensity|sci)(?: score)?\s*[:=]\s*(.+)$/i.exec(line)?.[1]
    const rate = said === undefined ? null : rateIn(said, 'SCI', i)
    if (rate !== null) return rate
  }
  return null
}

/** A rate at the start of a text; what stands in brackets after it is read over. */
function rateIn(text: string, name: string, i: number): ClaimedRate | null {
  const read = readQuantity(text.replace(/\s*\(.*$/, '').trim())
  const unit = read === null ? null : rateUnit(read)
  return read === null || unit === null
    ? null
    : { name, value: read.value, unit, where: `line ${i + 1}` }
}

/** Bullets or table rows under "breakdown", of the form `name: rate` or `| name | rate |`. */
function componentsOf(
  lines: readonly string[],
  section: readonly string[],
): readonly ClaimedRate[] {
  const unit = columnUnit(lines, section)
  let inList = false
  return lines.flatMap((line, i) => {
    if (/^\W*breakdown\W*$/i.test(line)) inList = true
    else if (/^(#|--)/.test(line)) inList = false
    const inside = inList || /^breakdown/.test(section[i] ?? '')
    return inside ? (componentIn(line, unit, i) ?? []) : []
  })
}

function componentIn(line: string, unit: string | null, i: number): ClaimedRate | null {
  const bullet = /^\s*[-+]\s+([^:]+):\s*(.+)$/.exec(line)
  if (bullet !== null) return rateIn(bullet[2] ?? '', (bullet[1] ?? '').trim(), i)
  const cells = cellsOf(line)
  if (cells === null || cells.length < 2) return null
  const [name = '', value = ''] = cells
  if (!/\d/.test(value)) return null
  return rateIn(value, name, i) ?? (unit === null ? null : rateIn(`${value} ${unit}`, name, i))
}

/** Unit in the head of the breakdown table: `SCI (gCO2e per visit)`. */
function columnUnit(lines: readonly string[], section: readonly string[]): string | null {
  const head = lines.find(
    (line, i) => /^breakdown/.test(section[i] ?? '') && /\|.*\(.+\).*\|/.test(line),
  )
  return /\(([^)]+)\)/.exec(head ?? '')?.[1] ?? null
}

function cellsOf(line: string): readonly string[] | null {
  if (!/^\s*\|/.test(line) || /^\s*\|[\s|:-]+$/.test(line)) return null
  return line
    .replace(/^\s*\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
}

function functionalUnitOf(lines: readonly string[]): string | null {
  const said =
    labelled(lines, /functional unit/i) ??
    lines.map((l) => /\bR is one ([\w ]+)/.exec(l)?.[1]).find((u) => u)
  return said === undefined || said === null
    ? null
    : singular(said.replace(/^(per|one|a)\s+/i, '').replace(/[,.(].*$/, ''))
}

function labelled(lines: readonly string[], label: RegExp): string | null {
  for (const line of lines) {
    const match = /^\W*([\w ]+?)\s*[:|]\s*(.+?)\s*\|?\s*$/.exec(line)
    if (match !== null && label.test(match[1] ?? '') && !/rationale/i.test(match[1] ?? ''))
      return match[2] ?? null
  }
  return null
}

/** Rows of the table under "coefficients", by the names in its head; null without such a table. */
function coefficientRows(
  lines: readonly string[],
  section: readonly string[],
): readonly ClaimedCoefficient[] | null {
  const rows = lines
    .map((line, i) => ({ cells: cellsOf(line), i }))
    .filter(({ cells, i }) => cells !== null && /^coefficient/.test(section[i] ?? ''))
  const [head, ...body] = rows
  if (head === undefined) return null
  const at = (name: RegExp) => (head.cells ?? []).findIndex((cell) => name.test(cell))
  const columns = {
    name: Math.max(0, at(/^(name|coefficient)/i)),
    description: at(/description/i),
    value: at(/^value/i),
    unit: at(/^unit/i),
    source: at(/^source/i),
  }
  return body.map(({ cells, i }) => {
    const cell = (column: number) => (column < 0 ? '' : ((cells ?? [])[column] ?? ''))
    return {
      name: cell(columns.name),
      description: cell(columns.description),
      value: cell(columns.value),
      unit: cell(columns.unit),
      source: cell(columns.source),
      where: `line ${i + 1}`,
    }
  })
}

function methodsOf(lines: readonly string[]): ReportFacts['methods'] {
  return lines.flatMap((line, i) => {
    const label = /^\W*Method:\s*(\S+)/.exec(line)
    if (label !== null)
      return [
        { id: `line ${i + 1}`, method: (label[1] ?? '').toLowerCase(), where: `line ${i + 1}` },
      ]
    const cells = cellsOf(line)
    if (cells?.length === 5 && /^[COMEIR]$/.test(cells[0] ?? ''))
      return [
        { id: cells[1] ?? '', method: (cells[2] ?? '').toLowerCase(), where: `line ${i + 1}` },
      ]
    return []
  })
}

function keyCoefficients(line: string): readonly string[] {
  const list = /^\W*Key Coefficients:\s*(.+)$/i.exec(line)?.[1]
  if (list !== undefined)
    return list
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '' && !/^none/i.test(each))
  const cells = cellsOf(line)
  return cells?.length === 5 && /^[COMEIR]$/.test(cells[0] ?? '')
    ? (cells[4] ?? '')
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')
    : []
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `2026-01-15`, `Aug 31 2024` or `31 August 2024`, as ISO; null for anything else. */
export function isoDate(text: string): string | null {
  const iso = /\d{4}-\d{2}-\d{2}/.exec(text)?.[0]
  if (iso !== undefined) return iso
  const american = /([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})/.exec(text)
  const british = /(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})/.exec(text)
  const [month, day, year] = american?.slice(1) ?? [british?.[2], british?.[1], british?.[3]]
  const index = months.indexOf((month ?? '').toLowerCase())
  return index < 0
    ? null
    : `${year}-${String(index + 1).padStart(2, '0')}-${(day ?? '').padStart(2, '0')}`
}

/** Facts of a report in JSON: ours, or the same field names. Anything missing stays null. */
export function factsFromJson(value: unknown, text: string): ReportFacts {
  const report = objectOf(value)
  const sci = objectOf(report['sci'])
  const unitText = String(sci['unit'] ?? '')
  const functional = objectOf(report['functionalUnit'])
  const rows = (name: string) => listOf(report[name]).map(objectOf)
  return {
    sci: jsonRate('SCI', sci['value'], unitText, 'sci'),
    interval: jsonInterval(sci, unitText),
    components: rows('components').flatMap(
      (c, i) =>
        jsonRate(String(c['name']), c['sci'], String(c['unit'] ?? unitText), `components[${i}]`) ??
        [],
    ),
    functionalUnit: functional['unit'] === undefined ? null : singular(String(functional['unit'])),
    coefficients:
      report['coefficients'] === undefined ? null : rows('coefficients').map(jsonCoefficient),
    methods: rows('methodologies').map((m, i) => ({
      id: String(m['id'] ?? i),
      method: String(m['method'] ?? ''),
      where: `methodologies[${i}]`,
    })),
    namedCoefficients: rows('methodologies').flatMap((m) => listOf(m['coefficients']).map(String)),
    boundary: listOf(report['boundary']).length > 0,
    date: isoDate(String(report['measurementDate'] ?? '')),
    fields: templateFields.filter((field) => jsonHas(report, field)),
    text,
  }
}

/** Low and high in the unit that the score is read in. */
function jsonInterval(
  sci: Readonly<Record<string, unknown>>,
  unit: string,
): ReportFacts['interval'] {
  const { low, high } = sci
  const factor = readQuantity(`1 ${bare(unit)}`)?.value ?? 1
  return typeof low === 'number' && typeof high === 'number'
    ? { low: low * factor, high: high * factor }
    : null
}

function jsonHas(report: Readonly<Record<string, unknown>>, field: string): boolean {
  const keys: Readonly<Record<string, unknown>> = {
    'measurement date': report['measurementDate'],
    'functional unit': report['functionalUnit'],
    rationale: objectOf(report['functionalUnit'])['rationale'],
    methodologies: listOf(report['methodologies']).length > 0 ? true : undefined,
  }
  const value = field in keys ? keys[field] : report[field]
  return value !== undefined && value !== null && value !== ''
}

/** A unit without remarks in brackets: `gCO2e per FLOP (gross)`. */
const bare = (unit: string) => unit.replace(/\s*\(.*?\)/g, '')

/** `gCO2e per visit`: the value is given apart. Keeps numbers that are not numbers, for the rules to see. */
function jsonRate(name: string, value: unknown, unit: string, where: string): ClaimedRate | null {
  const read = readQuantity(`1 ${bare(unit)}`)
  const per = read === null ? null : rateUnit(read)
  if (value === undefined) return null
  if (read === null || per === null)
    return { name, value: Number.NaN, unit: unit || 'no unit', where }
  return {
    name,
    value: typeof value === 'number' ? value * read.value : Number.NaN,
    unit: per,
    where,
  }
}

function jsonCoefficient(c: Readonly<Record<string, unknown>>, i: number): ClaimedCoefficient {
  const text = (name: string) => (c[name] === undefined || c[name] === null ? '' : String(c[name]))
  return {
    name: text('name'),
    description: text('description'),
    value: text('value'),
    unit: text('unit'),
    source: text('source'),
    where: `coefficients[${i}]`,
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
