import type { Importer } from '../../contract/importer.ts'
import { errorIn, type Fields, fieldsOf } from '../../core/data/fields.ts'
import { figureIn } from '../../core/data/figures.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import type { WrittenOutcomes, WrittenRow } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { LeftOutOne } from '../../core/result/left-out-text.ts'

/**
 * promptfoo's JSON of version 3 (`promptfoo eval -o results.json`): one candidate per provider and prompt; the score of
 * an answer is promptfoo's. Cached answers keep their score and lose their latency, which would be that of the cache.
 */
export const promptfooImporter: Importer = {
  accepts: ({ json }) => Array.isArray(rowsIn(json)),
  read: ({ text, file }) => {
    const value: unknown = jsonValue(text)
    const rows = rowsIn(value) ?? []
    const ignored: LeftOutOne[] = []
    const { config, results } = fieldsOf(value)
    const { version } = fieldsOf(results)
    if (version !== undefined && version !== 3)
      ignored.push({ path: 'results.version', why: `is ${version}; version 3 was expected` })
    const items = itemsOf(rows)
    const candidates = candidatesOf(rows)
    if (candidates.length === 0)
      throw new RightsizeError('IMPORT_FORMAT', 'The file holds no results.', { at: file })
    return { task: fieldsOf(config)['description'], items, candidates, scored: true, ignored }
  },
}

function rowsIn(json: unknown): readonly Fields[] | null {
  const { results: outer } = fieldsOf(json)
  const inner = fieldsOf(outer)['results'] ?? outer
  return Array.isArray(inner) && inner.every((row) => 'testIdx' in fieldsOf(row)) ? inner : null
}

function itemsOf(rows: readonly Fields[]): WrittenOutcomes['items'] {
  const byTest = new Map<unknown, Fields>()
  for (const row of rows) if (!byTest.has(row['testIdx'])) byTest.set(row['testIdx'], row)
  return [...byTest]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([id, { vars, testCase }]) => ({
      id,
      input: vars ?? fieldsOf(testCase)['vars'],
      expected: fieldsOf(testCase)['assert'],
    }))
}

/** promptIdx numbers the pairs of prompt and provider; a name that several of them share gets the prompt's label. */
function candidatesOf(rows: readonly Fields[]): WrittenOutcomes['candidates'] {
  const groups = new Map<string, Fields[]>()
  for (const row of rows) {
    const key = `${row['promptIdx'] ?? 0} ${providerName(row)}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const names = [...groups.values()].map(([row]) => providerName(row))
  return [...groups.values()].map((group, index) => {
    const name = names[index] ?? 'candidate'
    const shared = names.filter((other) => other === name).length > 1
    return {
      id: shared
        ? `${name}+prompt=${names.slice(0, index).filter((n) => n === name).length + 1}`
        : name,
      rows: group.map(importedRow),
    }
  })
}

function providerName(row: Fields | undefined): string {
  const { provider } = row ?? {}
  const { label, id } = fieldsOf(provider)
  const name = [provider, label, id].find((one) => typeof one === 'string' && one !== '')
  return typeof name === 'string' ? name.replace(/\s+/g, '-') : 'candidate'
}

/** failureReason 2 is an error of the provider (0 none, 1 an assertion), so the answer failed. */
function importedRow(row: Fields): WrittenRow {
  const { testIdx, score, success, error, failureReason, latencyMs, cost } = row
  const { output, tokenUsage: usage, cached, error: inside } = fieldsOf(row['response'])
  const { prompt, completion } = fieldsOf(usage)
  const failed = output === undefined || output === null || failureReason === 2
  const milliseconds = figureIn(latencyMs)
  return {
    id: testIdx,
    output,
    score: score ?? success ?? null,
    error: errorIn(inside) ?? (failed ? (errorIn(error) ?? 'no output') : undefined),
    ...(cached === true
      ? {}
      : { latencyS: milliseconds === undefined ? latencyMs : milliseconds / 1000, price: cost }),
    ...(prompt === undefined ? {} : { tokens: { input: prompt, output: completion } }),
  }
}
