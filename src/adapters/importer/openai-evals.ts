import type { Importer } from '../../contract/importer.ts'
import type { ImportedRow } from '../../core/data/imported.ts'
import { jsonlRows } from '../../core/data/json-rows.ts'
import { RightsizeError } from '../../core/error/error.ts'

interface Event {
  readonly sample_id?: string | null
  readonly type?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly spec?: { readonly eval_name?: string; readonly completion_fns?: readonly string[] }
}

/**
 * The events of an OpenAI evals run (JSONL): `match` events hold right or wrong, `metrics` events a `score`. Source: the
 * recorder of github.com/openai/evals (evals/record.py).
 */
export const openaiEvalsImporter: Importer = {
  accepts: ({ firstLine }) =>
    typeof firstLine === 'object' &&
    firstLine !== null &&
    'spec' in firstLine &&
    !('schema' in firstLine),
  read: ({ text, file, name }) => {
    const events = jsonlRows(text, file) as unknown as readonly Event[]
    const { spec } = events.find((event) => event.spec !== undefined) ?? {}
    const samples = grouped(events)
    const rows = [...samples].map(([id, own]) => rowOf(id, own))
    if (rows.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The file holds no events of samples.', { at: file })
    const scored = rows.some((row) => row.score !== undefined)
    return {
      task: spec?.eval_name ?? null,
      items: [...samples].map(([id, own]) => ({
        id,
        input: id,
        expected: fieldOf(own, 'expected') ?? null,
      })),
      candidates: [
        { id: spec?.completion_fns?.[0] ?? name, rows: scored ? rows.map(withScore) : rows },
      ],
      scored,
      metric: null,
      ignored: [],
    }
  },
}

const withScore = (row: ImportedRow): ImportedRow => ({ score: null, ...row })

function grouped(events: readonly Event[]): ReadonlyMap<string, readonly Event[]> {
  const samples = new Map<string, Event[]>()
  for (const event of events) {
    const { sample_id: id, type } = event
    if (id === undefined || id === null || type === undefined) continue
    const own = samples.get(id)
    if (own) own.push(event)
    else samples.set(id, [event])
  }
  return samples
}

const fieldOf = (events: readonly Event[], name: string): unknown =>
  events.map(({ data }) => data?.[name]).find((value) => value !== undefined && value !== null)

function rowOf(id: string, events: readonly Event[]): ImportedRow {
  const judged = events.filter(({ type }) => type === 'match' || type === 'metrics')
  const sampled = fieldOf(events, 'sampled')
  const output = Array.isArray(sampled) ? sampled[0] : sampled
  const score = fieldOf(judged, 'correct') ?? fieldOf(judged, 'score')
  return {
    id,
    ...(output === undefined ? {} : { output }),
    ...(score === undefined ? {} : { score }),
  }
}
