import type { Importer } from '../../contract/importer.ts'
import { entriesOf, type Fields, fieldsOf } from '../../core/data/fields.ts'
import { jsonlRows } from '../../core/data/json-rows.ts'
import type { WrittenRow } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'

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
    const events = jsonlRows(text, file)
    const spec = fieldsOf(events.find((event) => event['spec'] !== undefined)?.['spec'])
    const samples = grouped(events)
    const rows = [...samples].map(([id, own]) => rowOf(id, own))
    if (rows.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The file holds no events of samples.', { at: file })
    const scored = rows.some((row) => row.score !== undefined)
    return {
      task: spec['eval_name'],
      items: [...samples].map(([id, own]) => ({
        id,
        input: id,
        expected: valuesOf(own, 'expected')[0],
      })),
      candidates: [
        {
          id: entriesOf(spec['completion_fns'])[0] ?? name,
          rows: scored ? rows.map(withScore) : rows,
        },
      ],
      scored,
      metric: null,
      ignored: [],
    }
  },
}

const withScore = (row: WrittenRow): WrittenRow => ({ ...row, score: row.score ?? null })

function grouped(events: readonly Fields[]): ReadonlyMap<unknown, readonly Fields[]> {
  const samples = new Map<unknown, Fields[]>()
  for (const event of events) {
    const { sample_id: id, type } = event
    if (id === undefined || id === null || type === undefined) continue
    const own = samples.get(id)
    if (own) own.push(event)
    else samples.set(id, [event])
  }
  return samples
}

const valuesOf = (events: readonly Fields[], name: string): readonly unknown[] =>
  events.map(({ data }) => fieldsOf(data)[name]).filter((value) => value != null)

function rowOf(id: unknown, events: readonly Fields[]): WrittenRow {
  const judged = events.filter(({ type }) => type === 'match' || type === 'metrics')
  const [sampled] = valuesOf(events, 'sampled')
  const [correct, scores] = ['correct', 'score'].map((name) => [...new Set(valuesOf(judged, name))])
  const found = correct?.length ? correct : (scores ?? [])
  return {
    id,
    output: Array.isArray(sampled) ? sampled[0] : sampled,
    // A sample that was judged twice, and not alike, has no score that can be read.
    score: found.length > 1 ? found.join(' and ') : found[0],
  }
}
