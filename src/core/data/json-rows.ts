import { RightsizeError } from '../error/error.ts'
import { isPlainJson, jsonValue, notJsonBecause } from './json-value.ts'
import { linesIn } from './lines.ts'

export type Row = Readonly<Record<string, unknown>>

/** Names of the columns of all rows, in the order in which they come. */
export function columnsIn(rows: readonly Row[]): readonly string[] {
  const names = new Set<string>()
  for (const row of rows) for (const name in row) names.add(name)
  return [...names]
}

/** Rows of a JSONL text, one object a line; blank lines are skipped. Throws DATA_ROW with the line. */
export function jsonlRows(text: string, file: string): readonly Row[] {
  const rows = rowsByLine(file)
  rows.add(text)
  return rows.end()
}

/** `jsonlRows` of a file that comes in blocks of whole lines. */
export async function jsonlRowsOf(
  blocks: AsyncIterable<string>,
  file: string,
): Promise<readonly Row[]> {
  const rows = rowsByLine(file)
  for await (const block of blocks) rows.add(block)
  return rows.end()
}

function rowsByLine(file: string) {
  const rows: Row[] = []
  let number = 0
  const at = () => `${file}:${number}`
  return {
    add(block: string): void {
      const parse = isPlainJson(block) ? JSON.parse : jsonValue
      for (const line of linesIn(number === 0 ? block.replace(/^\uFEFF/, '') : block)) {
        number += 1
        if (line.trim() !== '') rows.push(rowOf(parseLine(line, at, parse), at))
      }
    },
    end(): readonly Row[] {
      if (rows.length === 1 && rows[0] !== undefined) refuseColumns(rows[0], file)
      return rows
    },
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
