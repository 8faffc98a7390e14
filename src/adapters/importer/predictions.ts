import type { Importer } from '../../contract/importer.ts'
import { csvRows } from '../../core/data/csv.ts'
import type { ImportedCandidate, ImportedItem, ImportedRow } from '../../core/data/imported.ts'
import { jsonlRows, jsonRows, type Row } from '../../core/data/json-rows.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { nearest } from '../../core/error/nearest.ts'

/** Names under which columns are found, in this order, whatever their case. */
const NAMES = {
  id: ['id', 'item_id', 'item', 'doc_id', 'key', 'index'],
  output: [
    'output',
    'prediction',
    'predicted',
    'pred',
    'response',
    'answer',
    'completion',
    'label',
  ],
  score: ['score', 'correct', 'is_correct'],
  model: ['model', 'candidate'],
  expected: ['expected', 'target', 'gold', 'ground_truth', 'reference'],
  error: ['error'],
  joules: ['joules', 'energy_j', 'energyj', 'j'],
  latencyS: ['latencys', 'latency_s', 'latency', 'seconds'],
  latencyMs: ['latencyms', 'latency_ms'],
  price: ['price', 'cost', 'cost_usd'],
  inputTokens: ['input_tokens', 'inputtokens', 'prompt_tokens'],
  outputTokens: ['output_tokens', 'outputtokens', 'completion_tokens'],
} as const

type Columns = Readonly<Record<keyof typeof NAMES, string | null>>

/**
 * Plain predictions: CSV, JSONL or a JSON list with a column for the id and one for the output (or the score);
 * columns for joules, latency, price, tokens and error are used where they are. Without ids, rows pair by position.
 * With a column `model` one file holds several candidates.
 */
export const predictionsImporter: Importer = {
  accepts: ({ file, firstLine, json }) =>
    /\.(csv|tsv)$/i.test(file) || firstLine !== null || Array.isArray(json),
  read: ({ text, file, name }) => {
    const rows = predictionRows(text, file)
    if (rows.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The file holds no predictions.', { at: file })
    const columns = columnsOf(rows)
    checkColumns(columns, rows, file)
    const candidates = candidatesOf(rows, columns, name)
    const scored = columns.output === null
    return {
      task: null,
      items: itemsOf(rows, columns, candidates),
      candidates,
      scored,
      ignored: [],
    }
  },
}

function predictionRows(text: string, file: string): readonly Row[] {
  if (/\.(csv|tsv)$/i.test(file)) return csvRows(text, file, { tabs: /\.tsv$/i.test(file) })
  return text.trimStart().startsWith('[') ? jsonRows(text, file) : jsonlRows(text, file)
}

function columnsOf(rows: readonly Row[]): Columns {
  const present = [...new Set(rows.slice(0, 100).flatMap((row) => Object.keys(row)))]
  const find = (names: readonly string[]) =>
    names.flatMap((name) => present.find((column) => column.toLowerCase() === name) ?? [])[0] ??
    null
  const entries = Object.entries(NAMES).map(([key, names]) => [key, find(names)])
  return Object.fromEntries(entries) as Columns
}

function checkColumns(columns: Columns, rows: readonly Row[], file: string): void {
  if (columns.output !== null || columns.score !== null) return
  const present = Object.keys(rows[0] ?? {})
  const near = present.find((column) => nearest(column, NAMES.output) !== null)
  throw new RightsizeError(
    'IMPORT_FORMAT',
    'The predictions have neither an output nor a score column.',
    {
      at: file,
      next: `Name one of ${present.join(', ')} \`output\`${near === undefined ? '' : ` (${near}?)`}.`,
    },
  )
}

function candidatesOf(
  rows: readonly Row[],
  columns: Columns,
  name: string,
): readonly ImportedCandidate[] {
  const { model } = columns
  if (model === null) return [{ id: name, rows: rows.map((row, i) => rowOf(row, i, columns)) }]
  const groups = new Map<string, Row[]>()
  for (const row of rows)
    groups.set(String(row[model]), [...(groups.get(String(row[model])) ?? []), row])
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
    score:
      columns.output === null && columns.score !== null ? shareIn(row[columns.score]) : undefined,
    error: error === undefined || error === null || error === '' ? undefined : String(error),
    latencyS: latencyMs === undefined ? number('latencyS') : latencyMs / 1000,
    joules: number('joules'),
    price: number('price'),
    tokens: input === undefined ? undefined : { input, output: number('outputTokens') ?? 0 },
  }
  const known = Object.entries(parts).filter(([, value]) => value !== undefined)
  return { id: idOf(row, index, columns), ...Object.fromEntries(known) }
}

function numberIn(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** 0..1, true and false; null where there is none. */
function shareIn(value: unknown): number | null {
  if (typeof value === 'boolean' || value === 'true' || value === 'false')
    return value === true || value === 'true' ? 1 : 0
  const number = numberIn(value)
  return number !== undefined && number >= 0 && number <= 1 ? number : null
}
