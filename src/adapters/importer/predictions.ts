import type { ImportColumns, Importer } from '../../contract/importer.ts'
import { csvRows } from '../../core/data/csv.ts'
import type { ImportedCandidate, ImportedItem, ImportedRow } from '../../core/data/imported.ts'
import { jsonlRows, jsonRows, type Row } from '../../core/data/json-rows.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { LeftOutOne } from '../../core/result/left-out-text.ts'
import { type Columns, columnsOf } from './predictions/columns.ts'

/**
 * Plain predictions: CSV, JSONL or a JSON list with a column for the id and one for the output (or the score);
 * columns for joules, latency, price, tokens and error are used where they are. Without ids, rows pair by position.
 * With a column `model` one file holds several candidates.
 */
export const predictionsImporter: Importer = {
  accepts: ({ file, firstLine, json }) =>
    /\.(csv|tsv|jsonl|ndjson)$/i.test(file) || firstLine !== null || Array.isArray(json),
  read: ({ text, file, name, columns: named = {}, labelled = false }) => {
    const rows = predictionRows(text, file)
    if (rows.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The file holds no predictions.', { at: file })
    const columns = columnsOf(rows, named, file)
    const candidates = candidatesOf(rows, columns, name, file)
    const scored = isScored(columns, named, labelled)
    return {
      task: null,
      items: itemsOf(rows, columns, candidates),
      candidates,
      scored,
      metric: scored ? columns.score : null,
      ignored: [...figuresLeftOut(rows, columns), ...scoreLeftOut(columns, scored)],
    }
  },
}

/** Outputs are scored anew where there are labels; a score that the user named is taken. */
function isScored({ output, score, expected }: Columns, named: ImportColumns, labelled: boolean) {
  if (score === null) return false
  return output === null || named.score !== undefined || (expected === null && !labelled)
}

function scoreLeftOut({ score }: Columns, scored: boolean): readonly LeftOutOne[] {
  if (score === null || scored) return []
  const why = `outputs are compared with the labels instead; --score ${score} takes it`
  return [{ path: score, what: 'column', why }]
}

const figures = ['joules', 'latencyS', 'latencyMs', 'price', 'inputTokens', 'outputTokens'] as const

/** Cells that should hold a number and do not. */
const figuresLeftOut = (rows: readonly Row[], columns: Columns): readonly LeftOutOne[] =>
  figures.flatMap((key) => {
    const column = columns[key]
    if (column === null) return []
    const lost = rows.flatMap((row, i) =>
      isEmpty(row[column]) || numberIn(row[column]) !== undefined ? [] : [i],
    )
    return lost.map((i) => ({
      path: `row ${i + 1}: ${String(rows[i]?.[column])}`,
      what: 'figure',
      why: `\`${column}\` is not a number there`,
    }))
  })

const isEmpty = (value: unknown) => value === undefined || value === null || value === ''

function predictionRows(text: string, file: string): readonly Row[] {
  if (/\.(csv|tsv)$/i.test(file)) return csvRows(text, file, { tabs: /\.tsv$/i.test(file) })
  return text.trimStart().startsWith('[') ? jsonRows(text, file) : jsonlRows(text, file)
}

function candidatesOf(
  rows: readonly Row[],
  columns: Columns,
  name: string,
  file: string,
): readonly ImportedCandidate[] {
  const { model } = columns
  if (model === null) return [{ id: name, rows: rows.map((row, i) => rowOf(row, i, columns)) }]
  const groups = new Map<string, Row[]>()
  for (const [index, row] of rows.entries()) {
    if (isEmpty(row[model]))
      throw new RightsizeError('DATA_VALUE', `Row ${index + 1} names no model in \`${model}\`.`, {
        at: file,
      })
    const key = String(row[model])
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups].map(([id, own]) => ({ id, rows: own.map((row, i) => rowOf(row, i, columns)) }))
}

/** Items as far as the predictions themselves tell them: ids, and labels where a column has them. */
function itemsOf(
  rows: readonly Row[],
  columns: Columns,
  candidates: readonly ImportedCandidate[],
): readonly ImportedItem[] {
  const { expected } = columns
  const labels = new Map(
    rows.map((row, i) => [
      idOf(row, i, columns),
      expected === null ? null : (row[expected] ?? null),
    ]),
  )
  return (candidates[0]?.rows ?? []).map(({ id }) => ({
    id,
    input: id,
    expected: labels.get(id) ?? null,
  }))
}

const idOf = (row: Row, index: number, { id }: Columns) =>
  id === null ? String(index + 1) : String(row[id] ?? '')

function rowOf(row: Row, index: number, columns: Columns): ImportedRow {
  const number = (key: keyof Columns) =>
    numberIn(columns[key] === null ? undefined : row[columns[key]])
  const output = columns.output === null ? undefined : row[columns.output]
  const error = columns.error === null ? undefined : row[columns.error]
  const latencyMs = number('latencyMs')
  const input = number('inputTokens')
  const parts = {
    output: output ?? undefined,
    error: error === undefined || error === null || error === '' ? undefined : String(error),
    score: columns.score === null ? undefined : (row[columns.score] ?? null),
    latencyS: latencyMs === undefined ? number('latencyS') : latencyMs / 1000,
    joules: number('joules'),
    price: number('price'),
    tokens: input === undefined ? undefined : { input, output: number('outputTokens') ?? 0 },
  }
  const known = Object.entries(parts).filter(([, value]) => value !== undefined)
  return { id: idOf(row, index, columns), ...Object.fromEntries(known) }
}

function numberIn(value: unknown): number | undefined {
  if (isEmpty(value)) return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}
