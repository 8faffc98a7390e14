import type { ImportColumns, Importer } from '../../contract/importer.ts'
import { csvRows } from '../../core/data/csv.ts'
import { figureIn } from '../../core/data/figures.ts'
import { jsonlRows, jsonRows, type Row } from '../../core/data/json-rows.ts'
import type { WrittenOutcomes, WrittenRow } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { LeftOutOne } from '../../core/result/left-out-text.ts'
import { type Beside, besideOf, type Columns, columnsOf } from './predictions/columns.ts'

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
    const groups = groupsOf(rows, columns, name, file)
    const beside = besideOf(rows, columns, { labelled, file })
    const scored = isScored(columns, named, labelled)
    const unusedScore = named.score === undefined && scored ? (beside.scores[0] ?? null) : null
    return {
      task: null,
      items: itemsOf(groups, columns, file),
      candidates: [...groups].map(([id, own]) => ({
        id,
        rows: mapped(own, (row, i) => rowOf(row, i, columns, unusedScore)),
      })),
      scored,
      metric: scored ? columns.score : null,
      ignored: columnsLeftOut(columns, beside, scored),
    }
  },
}

/** Outputs are scored anew where there are labels; a score that the user named is taken. */
function isScored({ output, score, expected }: Columns, named: ImportColumns, labelled: boolean) {
  if (score === null) return false
  return output === null || named.score !== undefined || (expected === null && !labelled)
}

/** Columns that could have decided and did not, each with the flag that takes it. */
function columnsLeftOut(
  { score, output, expected }: Columns,
  { outputs, scores, labels }: Beside,
  scored: boolean,
): readonly LeftOutOne[] {
  const instead = scored ? `\`${score}\` is the score` : 'outputs are compared with the labels'
  const unscored = score === null || scored ? scores : [score, ...scores]
  const left = (columns: readonly string[], why: (column: string) => string) =>
    columns.map((path): LeftOutOne => ({ path, what: 'column', why: why(path) }))
  return [
    ...left(unscored, (column) => `${instead} instead; --score ${column} takes it`),
    ...left(outputs, (column) => `\`${output}\` is the output; --output ${column} takes it`),
    ...(expected === null ? [] : left(labels, () => `\`${expected}\` is the label`)),
  ]
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === ''

function predictionRows(text: string, file: string): readonly Row[] {
  if (/\.(csv|tsv)$/i.test(file)) return csvRows(text, file, { tabs: /\.tsv$/i.test(file) })
  return text.trimStart().startsWith('[') ? jsonRows(text, file) : jsonlRows(text, file)
}

/** Rows by the model that answered. */
function groupsOf(
  rows: readonly Row[],
  { model }: Columns,
  name: string,
  file: string,
): ReadonlyMap<unknown, readonly Row[]> {
  if (model === null) return new Map([[name, rows]])
  const groups = new Map<unknown, Row[]>()
  for (const [index, row] of rows.entries()) {
    if (isEmpty(row[model]))
      throw new RightsizeError('DATA_VALUE', `Row ${index + 1} names no model in \`${model}\`.`, {
        at: file,
      })
    const group = groups.get(row[model])
    if (group) group.push(row)
    else groups.set(row[model], [row])
  }
  return groups
}

/**
 * Items as far as the predictions themselves tell them: ids, and labels where a column has them. Throws DATA_VALUE where
 * two rows of an item have different labels.
 */
function itemsOf(
  groups: ReadonlyMap<unknown, readonly Row[]>,
  columns: Columns,
  file: string,
): WrittenOutcomes['items'] {
  const { expected } = columns
  const labels = new Map<unknown, unknown>()
  const [first = []] = groups.values()
  const alone =
    groups.size === 1 && new Set(first.map((row, i) => idOf(row, i, columns))).size === first.length
  for (const own of expected === null || alone ? [] : groups.values())
    for (const [index, row] of own.entries()) {
      const [id, label] = [idOf(row, index, columns), row[expected ?? '']]
      const former = labels.get(id) ?? label
      if (!isEmpty(label) && String(former) !== String(label))
        throw new RightsizeError(
          'DATA_VALUE',
          `Item \`${String(id)}\` has two labels in \`${expected}\`: \`${String(former)}\` and \`${String(label)}\`.`,
          { at: file, next: 'Write one label for each item, whichever model answers.' },
        )
      labels.set(id, former)
    }
  return mapped(first, (row, i) => {
    const id = idOf(row, i, columns)
    return { id, input: id, expected: alone && expected !== null ? row[expected] : labels.get(id) }
  })
}

/** What becomes of each row, one at a time: none of a million is kept beside what is made of it. */
function* mapped<T>(rows: readonly Row[], to: (row: Row, index: number) => T): Generator<T> {
  for (let i = 0; i < rows.length; i++) yield to(rows[i] as Row, i)
}

const idOf = (row: Row, index: number, { id }: Columns): unknown =>
  id === null ? index + 1 : row[id]

function rowOf(row: Row, index: number, columns: Columns, unusedScore: string | null): WrittenRow {
  const cell = (key: keyof Columns) => (columns[key] === null ? undefined : row[columns[key]])
  const written: { -readonly [K in keyof WrittenRow]: WrittenRow[K] } = {
    id: idOf(row, index, columns),
    output: cell('output'),
    error: cell('error'),
    latencyS: secondsIn(cell('latencyMs')) ?? cell('latencyS') ?? cell('latencyMs'),
    joules: cell('joules'),
    price: cell('price'),
  }
  if (columns.score !== null) written.score = row[columns.score] ?? null
  if (unusedScore !== null) written.unusedScore = row[unusedScore]
  const input = cell('inputTokens')
  if (!isEmpty(input)) written.tokens = { input, output: cell('outputTokens') }
  return written
}

function secondsIn(written: unknown): number | undefined {
  const milliseconds = figureIn(written)
  return milliseconds === undefined ? undefined : milliseconds / 1000
}
