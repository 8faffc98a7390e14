import { daysBetween } from '../carbon/calendar.ts'
import { addressOf } from '../part/runtimes.ts'
import { staleAfterDays, staleWords } from '../result/price-age.ts'
import type { CandidateSpec, Spec } from '../spec/spec.ts'

/** List prices of one hosted model, USD per million tokens; null where the provider publishes none. */
export interface ListPrice {
  /** Name of the row in the table. */
  readonly row: string
  readonly provider: string | null
  readonly inputPerMTokens: number
  readonly outputPerMTokens: number | null
  readonly cachedInputPerMTokens: number | null
  /** Prices of the provider's batch interface. */
  readonly batchInputPerMTokens: number | null
  readonly batchOutputPerMTokens: number | null
  /** ISO date after which the model is no longer served. */
  readonly retires: string | null
  /** Where and when the price was read. */
  readonly source: string
  readonly retrieved: string
}

export type Cell = string | number | null

/** The form of a table of prices that rightsize has written. */
export const priceSchema = 'rightsize/prices@1'

/** data/prices.json, as tools/prices.mjs writes it: one row of cells a model, named by `columns`. */
export interface PriceTable {
  readonly source: string
  readonly retrieved: string
  readonly columns: readonly string[]
  readonly models: Readonly<Record<string, readonly Cell[]>>
}

/** The prefix under which the table lists the models of a host. '' is the vendor's own name, without a prefix. */
const prefixes: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)openai\.azure\.com$/, 'azure/'],
  [/(^|\.)services\.ai\.azure\.com$/, 'azure_ai/'],
  [/(^|\.)api\.openai\.com$/, ''],
  [/(^|\.)api\.anthropic\.com$/, ''],
  [/(^|\.)generativelanguage\.googleapis\.com$/, 'gemini/'],
  [/(^|\.)aiplatform\.googleapis\.com$/, 'vertex_ai/'],
  [/^bedrock(-runtime)?\.[\w-]+\.amazonaws\.com$/, ''],
  [/(^|\.)openrouter\.ai$/, 'openrouter/'],
  [/(^|\.)mistral\.ai$/, 'mistral/'],
  [/(^|\.)groq\.com$/, 'groq/'],
  [/(^|\.)together\.(xyz|ai)$/, 'together_ai/'],
  [/(^|\.)deepseek\.com$/, 'deepseek/'],
  [/(^|\.)fireworks\.ai$/, 'fireworks_ai/accounts/fireworks/models/'],
  [/(^|\.)deepinfra\.com$/, 'deepinfra/'],
  [/(^|\.)x\.ai$/, 'xai/'],
  [/(^|\.)cohere\.(com|ai)$/, ''],
  [/(^|\.)perplexity\.ai$/, 'perplexity/'],
  [/(^|\.)cerebras\.ai$/, 'cerebras/'],
  [/(^|\.)nebius\.com$/, 'nebius/'],
]

/**
 * The list price of a model at the host that serves it; null where the host is not in the table (a server of one's own
 * has no list price) or the host does not list the model. A name with a date falls back to the name without it, never
 * to another model.
 */
export function listPrice(table: PriceTable, baseUrl: string, model: string): ListPrice | null {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : ''
  const prefix = prefixes.find(([pattern]) => pattern.test(host))?.[1]
  if (prefix === undefined) return null
  const names = [model, model.toLowerCase()].flatMap((name) => [name, undated(name)])
  const listed = names.flatMap((name) => [`${prefix}${name}`, name.startsWith(prefix) ? name : ''])
  const row = listed.find((name) => Object.hasOwn(table.models, name))
  return row === undefined ? null : priceOfRow(table, row)
}

const undated = (name: string): string => name.replace(/[-@](\d{4}-?\d{2}-?\d{2}|latest)$/, '')

function priceOfRow(table: PriceTable, row: string): ListPrice | null {
  const cells = table.models[row] ?? []
  const cell = (column: string): Cell => cells[table.columns.indexOf(column)] ?? null
  const number = (column: string): number | null => {
    const value = cell(column)
    return typeof value === 'number' && value > 0 ? value : null
  }
  const text = (column: string): string | null => {
    const value = cell(column)
    return typeof value === 'string' ? value : null
  }
  const input = number('input')
  if (input === null) return null
  return {
    row,
    provider: text('provider'),
    inputPerMTokens: input,
    outputPerMTokens: number('output'),
    cachedInputPerMTokens: number('cachedInput'),
    batchInputPerMTokens: number('batchInput'),
    batchOutputPerMTokens: number('batchOutput'),
    retires: text('retires'),
    source: table.source,
    retrieved: table.retrieved,
  }
}

/** Whether the table is older than `staleAfterDays` at `now` (ISO dates). */
export function isStale({ retrieved }: Pick<PriceTable, 'retrieved'>, now: string): boolean {
  return daysBetween(retrieved, now) > staleAfterDays
}

/**
 * The spec with list prices where it states none, so that they are used and shown like stated ones, with source and date.
 * List prices are in USD: under another currency of the account nothing is filled in, because no rate is known.
 */
export function withListPrices(
  spec: Spec,
  table: PriceTable,
  at: { readonly env: Readonly<Record<string, string | undefined>>; readonly now: string },
): Spec {
  if (spec.account.currency !== 'USD') return spec
  const filled = (candidate: CandidateSpec): CandidateSpec => {
    const { model, price } = candidate
    const address = addressOf(candidate, at.env)
    if (price !== undefined || model === undefined || address === null) return candidate
    const listed = listPrice(
      table,
      address.replace('REGION', 'any').replace('RESOURCE', 'any'),
      model,
    )
    return listed === null ? candidate : { ...candidate, price: statedAs(listed, at.now) }
  }
  return { ...spec, candidates: spec.candidates.map(filled) }
}

function statedAs(listed: ListPrice, now: string): NonNullable<CandidateSpec['price']> {
  const { inputPerMTokens, outputPerMTokens, cachedInputPerMTokens, retrieved } = listed
  const { batchInputPerMTokens, batchOutputPerMTokens } = listed
  const stale = isStale(listed, now) ? `, ${staleWords}` : ''
  return {
    inputPerMTokens,
    ...(outputPerMTokens === null ? {} : { outputPerMTokens }),
    ...(cachedInputPerMTokens === null ? {} : { cachedInputPerMTokens }),
    ...(batchInputPerMTokens === null ? {} : { batchInputPerMTokens }),
    ...(batchOutputPerMTokens === null ? {} : { batchOutputPerMTokens }),
    currency: 'USD',
    source: `list price of ${retrieved}${stale} (${listed.row}; ${listed.source})`,
  }
}
