import type { Importer } from '../../contract/importer.ts'
import { csvRows } from '../../core/data/csv.ts'
import { fieldsOf } from '../../core/data/fields.ts'
import { jsonlRows, jsonRows, type Row } from '../../core/data/json-rows.ts'
import type { WrittenOutcomes, WrittenRow } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'

/**
 * An export of Langfuse (JSON, JSONL or CSV): observations (one candidate per model, by trace) or scores (one name, by
 * trace). Source: the fields of Langfuse's public API, ObservationsView and Score.
 */
export const langfuseImporter: Importer = {
  accepts: ({ file, firstLine, json, start = '' }) => {
    const [first] = Array.isArray(json) ? json : [firstLine]
    const keys = /\.(csv|tsv)$/i.test(file)
      ? (start.split('\n', 1)[0] ?? '')
      : JSON.stringify(Object.keys(first ?? {}))
    return (
      /\btrace_?id\b/i.test(keys) &&
      (/\bmodel\b|\bprovidedModelName\b/i.test(keys) ||
        /\b(?:data_?type|string_?value)\b/i.test(keys))
    )
  },
  read: ({ text, file, name, columns: { score } = {} }) => {
    const rows = rowsOf(text, file)
    if (rows.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The export holds no rows.', { at: file })
    const isScores = rows.some((row) => fieldOf(row, 'dataType') !== undefined)
    return isScores ? fromScores(rows, name, score, file) : fromObservations(rows)
  },
}

function rowsOf(text: string, file: string): readonly Row[] {
  if (/\.(csv|tsv)$/i.test(file)) return csvRows(text, file, { tabs: /\.tsv$/i.test(file) })
  return text.trimStart().startsWith('[') ? jsonRows(text, file) : jsonlRows(text, file)
}

/** A field as the API names it, or in snake case as exports do; an empty cell is none. */
function fieldOf(row: Row, name: string): unknown {
  const value = row[name] ?? row[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]
  return value === '' || value === null ? undefined : value
}

function fromScores(
  rows: readonly Row[],
  name: string,
  asked: string | undefined,
  file: string,
): WrittenOutcomes {
  const names = [...new Set(rows.map((row) => String(row['name'])))]
  const taken = asked ?? names[0] ?? ''
  if ((asked === undefined && names.length > 1) || !names.includes(taken))
    throw new RightsizeError('IMPORT_FORMAT', `The export holds the scores ${names.join(', ')}.`, {
      at: file,
      next: `Name the one that is the quality: --score ${names[0]}`,
    })
  const own = rows.filter((row) => row['name'] === taken)
  const scored = own.map((row): WrittenRow => ({ id: traceOf(row), score: scoreValue(row) }))
  return {
    task: null,
    items: scored.map(({ id }) => ({ id, input: id, expected: null })),
    candidates: [{ id: name, rows: scored }],
    scored: true,
    scoresOfOthers: true,
    metric: taken,
    ignored: names.flatMap((path) =>
      path === taken
        ? []
        : [
            {
              path,
              what: 'score',
              why: `${taken} was taken`,
              count: rows.filter((row) => row['name'] === path).length,
            },
          ],
    ),
  }
}

/** A categorical or boolean score is its word. */
const scoreValue = (row: Row): unknown =>
  fieldOf(row, 'dataType') === 'NUMERIC'
    ? (fieldOf(row, 'value') ?? null)
    : (fieldOf(row, 'stringValue') ?? fieldOf(row, 'value') ?? null)

const traceOf = (row: Row) => fieldOf(row, 'traceId') ?? fieldOf(row, 'id')

function fromObservations(rows: readonly Row[]): WrittenOutcomes {
  const calls = rows.filter((row) => modelOf(row) !== undefined)
  const groups = new Map<unknown, WrittenRow[]>()
  for (const row of calls) {
    const model = modelOf(row)
    const group = groups.get(model)
    if (group) group.push(observed(row))
    else groups.set(model, [observed(row)])
  }
  const candidates = [...groups].map(([id, own]) => ({ id, rows: own }))
  const inputs = new Map(calls.map((row) => [traceOf(row), row['input']]))
  return {
    task: null,
    items: (candidates[0]?.rows ?? []).map(({ id }) => ({
      id,
      input: inputs.get(id),
      expected: null,
    })),
    candidates,
    scored: false,
    ignored: rows
      .filter((row) => modelOf(row) === undefined)
      .map((row) => ({
        path: String(fieldOf(row, 'id')),
        what: 'observation',
        why: 'it names no model, so no model was called',
      })),
  }
}

const modelOf = (row: Row) => fieldOf(row, 'model') ?? fieldOf(row, 'providedModelName')

function observed(row: Row): WrittenRow {
  const output = fieldOf(row, 'output')
  const failed = row['level'] === 'ERROR' || output === undefined
  return {
    id: traceOf(row),
    output: messageOf(output),
    error: failed ? (fieldOf(row, 'statusMessage') ?? 'no output') : undefined,
    latencyS: fieldOf(row, 'latency'),
    price: fieldOf(row, 'totalCost') ?? fieldOf(row, 'calculatedTotalCost'),
  }
}

/** The text of a chat message, or what else was answered. In a CSV the message is JSON in a cell. */
function messageOf(output: unknown): unknown {
  const { content } = fieldsOf(typeof output === 'string' ? jsonIn(output) : output)
  return typeof content === 'string' ? content : output
}

function jsonIn(text: string): unknown {
  if (!/^\s*\{/.test(text)) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
