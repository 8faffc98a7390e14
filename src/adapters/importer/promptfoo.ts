import type { Importer } from '../../contract/importer.ts'
import type { ImportedCandidate, ImportedItem, ImportedRow } from '../../core/data/imported.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { LeftOutOne } from '../../core/result/left-out-text.ts'

interface ResultRow {
  readonly testIdx?: number
  readonly promptIdx?: number
  readonly provider?: string | { readonly id?: string; readonly label?: string }
  readonly prompt?: { readonly raw?: string; readonly label?: string }
  readonly vars?: Readonly<Record<string, unknown>>
  readonly testCase?: {
    readonly vars?: Readonly<Record<string, unknown>>
    readonly assert?: unknown
  }
  readonly response?: {
    readonly output?: unknown
    readonly error?: unknown
    readonly cached?: boolean
    readonly tokenUsage?: { readonly prompt?: number; readonly completion?: number }
  }
  readonly success?: boolean
  readonly score?: number
  readonly error?: unknown
  readonly failureReason?: number
  readonly latencyMs?: number
  readonly cost?: number
}

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
    const { version } = (value as { results?: { version?: unknown } }).results ?? {}
    if (version !== undefined && version !== 3)
      ignored.push({ path: 'results.version', why: `is ${version}; version 3 was expected` })
    const items = itemsOf(rows)
    const candidates = candidatesOf(rows)
    if (candidates.length === 0)
      throw new RightsizeError('IMPORT_FORMAT', 'The file holds no results.', { at: file })
    return { task: taskOf(value), items, candidates, scored: true, ignored }
  },
}

function rowsIn(json: unknown): readonly ResultRow[] | null {
  const outer = (json as { results?: unknown } | null)?.results
  const inner = (outer as { results?: unknown } | undefined)?.results ?? outer
  return Array.isArray(inner) &&
    inner.every((row) => typeof row === 'object' && row !== null && 'testIdx' in row)
    ? inner
    : null
}

function taskOf(value: unknown): string | null {
  const { config } = value as { config?: { description?: unknown } }
  return typeof config?.description === 'string' ? config.description : null
}

function itemsOf(rows: readonly ResultRow[]): readonly ImportedItem[] {
  const byTest = new Map<number, ResultRow>()
  for (const row of rows) if (!byTest.has(row.testIdx ?? 0)) byTest.set(row.testIdx ?? 0, row)
  return [...byTest]
    .sort(([a], [b]) => a - b)
    .map(([test, { vars, testCase }]) => ({
      id: String(test),
      input: vars ?? testCase?.vars ?? String(test),
      expected: testCase?.assert ?? null,
    }))
}

/** promptIdx numbers the pairs of prompt and provider; a name that several of them share gets the prompt's label. */
function candidatesOf(rows: readonly ResultRow[]): readonly ImportedCandidate[] {
  const groups = new Map<string, ResultRow[]>()
  for (const row of rows) {
    const key = `${row.promptIdx ?? 0} ${providerName(row)}`
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

function providerName(row: ResultRow | undefined): string {
  const provider = row?.provider
  const name =
    typeof provider === 'string' ? provider : ((provider?.label || provider?.id) ?? 'candidate')
  return name.replace(/\s+/g, '-')
}

/** failureReason 2 is an error of the provider (0 none, 1 an assertion), so the answer failed. */
function importedRow(row: ResultRow): ImportedRow {
  const { response, latencyMs, cost } = row
  const output = response?.output
  const usage = response?.tokenUsage
  const failed =
    response?.error ??
    (output == null || row.failureReason === 2 ? (row.error ?? 'no output') : null)
  return {
    id: String(row.testIdx ?? 0),
    ...(output == null ? {} : { output }),
    score: row.score ?? row.success ?? null,
    ...(failed === null ? {} : { error: String(failed).slice(0, 500) }),
    ...(latencyMs === undefined || response?.cached === true ? {} : { latencyS: latencyMs / 1000 }),
    ...(cost === undefined || response?.cached === true ? {} : { price: cost }),
    ...(usage?.prompt === undefined
      ? {}
      : { tokens: { input: usage.prompt, output: usage.completion ?? 0 } }),
  }
}
