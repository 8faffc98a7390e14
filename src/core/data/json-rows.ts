import { RightsizeError } from '../error/error.ts'
import { isPlainJson, jsonValue, notJsonBecause } from './json-value.ts'

export type Row = Readonly<Record<string, unknown>>

/** Names of the columns of all rows, in the order in which they come. */
export function columnsIn(rows: readonly Row[]): readonly string[] {
  const names = new Set<string>()
  for (const row of rows) for (const name in row) names.add(name)
  return [...names]
}

/** Rows of a JSONL text, one object a line; blank lines are skipped. Throws DATA_ROW with the line. */
export function jsonlRows(text: string, file: string): readonly Row[] {
  const rows: Row[] = []
  const parse = isPlainJson(text) ? JSON.parse : jsonValue
  let number = 0
  for (const line of linesIn(text.startsWith('\uFEFF') ? text.slice(1) : text)) {
    number += 1
    if (line.trim() === '') continue
    const at = () => `${file}:${number}`
    rows.push(rowOf(parseLine(line.endsWith('\r') ? line.slice(0, -1) : line, at, parse), at))
  }
  if (rows.length === 1 && rows[0] !== undefined) refuseColumns(rows[0], file)
  return rows
}

/** Lines of a text, one at a time: a list of a million takes as much memory as the text. */
export function* linesIn(text: string): Generator<string> {
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf('\n', from)
    const to = end < 0 ? text.length : end
    yield text.slice(from, to)
    from = to + 1
  }
}

/** Throws DATA_FORMAT where one object holds a column under each name, as pandas writes a table unless told otherwise. */
function refuseColumns(row: Row, file: string): void {
  const columns = Object.values(row)
  const numbered = (value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && '0' in value
  if (columns.length < 2 || !columns.every(numbered)) return
  throw new RightsizeError('DATA_FORMAT', 'The file holds columns, not rows.', {
    at: file,
    next: "Write rows, for example with pandas: table.to_json('new.jsonl', orient='records', lines=True)",
  })
}

/** Rows of a JSON text: an array of objects, or an object with one array under `data`, `rows`, `items` or `examples`. */
export function jsonRows(text: string, file: string): readonly Row[] {
  const value = parseLine(text.replace(/^\uFEFF/, ''), () => file)
  const list = Array.isArray(value) ? value : listIn(value)
  if (list === null)
    throw new RightsizeError('DATA_FORMAT', 'The file holds no list of rows.', {
      at: file,
      next: 'Write a JSON array of objects, or one under `data`.',
    })
  return list.map((row, index) => rowOf(row, () => `${file}: row ${index + 1}`))
}

function listIn(value: unknown): readonly unknown[] | null {
  if (typeof value !== 'object' || value === null) return null
  const object = value as Readonly<Record<string, unknown>>
  const key = ['data', 'rows', 'items', 'examples'].find((name) => Array.isArray(object[name]))
  return key === undefined ? null : (object[key] as readonly unknown[])
}

function parseLine(
  text: string,
  at: () => string,
  parse: (text: string) => unknown = jsonValue,
): unknown {
  try {
    return parse(text)
  } catch (cause) {
    const why = notJsonBecause(text)
    throw new RightsizeError('DATA_ROW', `This is not JSON: ${shortened(text)}`, {
      at: at(),
      cause,
      ...(why === null ? {} : { next: why }),
    })
  }
}

function rowOf(value: unknown, at: () => string): Row {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row
  throw new RightsizeError(
    'DATA_ROW',
    `A row must be an object with named columns, not ${shortened(JSON.stringify(value))}.`,
    { at: at() },
  )
}

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}...` : text)
