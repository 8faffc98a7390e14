import { addDays } from '../carbon/calendar.ts'
import type { Fields } from '../data/fields.ts'
import { RightsizeError } from '../error/error.ts'
import { isObject, objectIn } from './object-in.ts'
import { type Cell, type PriceTable, priceSchema } from './prices.ts'

/** Where the prices are published: the price map of LiteLLM (MIT). */
export const priceMapUrl =
  'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json'

const modes = new Set(['chat', 'completion', 'responses', 'embedding'])
const columns = [
  ...['provider', 'mode', 'input', 'output', 'cachedInput'],
  ...['batchInput', 'batchOutput', 'retires'],
]

/** A price that no model has, USD per million tokens: the file then states another unit, or is broken. */
const sane = { least: 1e-6, most: 1e5 } as const

/** A table, and how many models of the file have no price that can be used. */
export interface ReadPrices {
  readonly table: PriceTable
  readonly leftOut: number
}

/** What is known of a file of prices beside its text: what to call it, and when it was published (ISO date). */
export interface PriceFile {
  readonly name: string
  readonly date: string
  /** Citation; for a map whose origin is known. */
  readonly source: string
}

/**
 * The table of a text: LiteLLM's price map, or a table that rightsize has written, which keeps its own date and source.
 * Throws PRICES_INVALID where it is neither, or holds no price at all.
 */
export function readPrices(text: string, file: PriceFile): ReadPrices {
  const map = objectIn(text, (what) => invalid(file.name, what))
  return map['schema'] === priceSchema ? written(map, file.name) : mapped(map, file)
}

/** A table as a file that tools and people can read: one line a model. */
export function pricesText({ source, retrieved, models }: PriceTable): string {
  const head = {
    schema: priceSchema,
    title: 'List prices of hosted models: what a provider publishes, before discounts',
    unit: 'USD per million tokens; null: not published',
    ...{ source, license: 'MIT', retrieved, columns },
  }
  const lines = Object.entries(models).map(
    ([name, cells]) => `  ${JSON.stringify(name)}: ${JSON.stringify(cells)}`,
  )
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n "models": {\n${lines.join(',\n')}\n }\n}\n`
}

const invalid = (name: string, what: string): RightsizeError =>
  new RightsizeError('PRICES_INVALID', `${name} ${what}`)

/** USD per million tokens without the noise of binary fractions; null where the map has no price. */
function perMillion(value: unknown): number | null {
  const price = typeof value === 'number' ? Number((value * 1e6).toPrecision(6)) : Number.NaN
  return price >= sane.least && price <= sane.most ? price : null
}

function rowOf(model: Fields): readonly Cell[] {
  const text = (name: string) => (typeof model[name] === 'string' ? model[name] : null)
  return [
    text('litellm_provider'),
    text('mode'),
    perMillion(model['input_cost_per_token']),
    perMillion(model['output_cost_per_token']),
    perMillion(model['cache_read_input_token_cost']),
    perMillion(model['input_cost_per_token_batches']),
    perMillion(model['output_cost_per_token_batches']),
    text('deprecation_date'),
  ]
}

/** A price of 0 in the map means "not billed by token" (local servers, subscriptions): such rows are left out, not free. */
function mapped(map: Fields, { name, date, source }: PriceFile): ReadPrices {
  const models = Object.entries(map).filter(
    (entry): entry is [string, Fields] => isObject(entry[1]) && modes.has(String(entry[1]['mode'])),
  )
  const rows = models
    .filter(([, model]) => perMillion(model['input_cost_per_token']) !== null)
    .map(([id, model]) => [id, rowOf(model)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (rows.length === 0) throw invalid(name, 'holds no model with a price per token')
  const table = { source, retrieved: date, columns, models: Object.fromEntries(rows) }
  return { table, leftOut: models.length - rows.length }
}

function written(map: Fields, name: string): ReadPrices {
  const { source, retrieved, columns: named, models } = map
  if (typeof source !== 'string' || typeof retrieved !== 'string' || !isDate(retrieved))
    throw invalid(name, 'has no source or no date')
  if (JSON.stringify(named) !== JSON.stringify(columns))
    throw invalid(name, 'has other columns than this version of rightsize reads')
  const rows = isObject(models) ? Object.entries(models) : []
  const broken = rows.find(([, row]) => !isRow(row))
  if (broken !== undefined) throw invalid(name, `has a row that cannot be read: ${broken[0]}`)
  if (rows.length === 0) throw invalid(name, 'holds no model with a price per token')
  const table = { source, retrieved, columns, models: models as PriceTable['models'] }
  return { table, leftOut: 0 }
}

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && addDays(text, 0) === text

function isRow(row: unknown): row is readonly Cell[] {
  if (!Array.isArray(row) || row.length !== columns.length) return false
  const cells = row as readonly unknown[]
  return cells.every((cell, i) => {
    if (cell === null) return columns[i] !== 'input'
    if (['provider', 'mode', 'retires'].includes(columns[i] ?? '')) return typeof cell === 'string'
    return typeof cell === 'number' && cell >= sane.least && cell <= sane.most
  })
}

/** How many models of a table are new, gone, or have other cells than before. */
export interface PriceChanges {
  readonly changed: number
  readonly added: number
  readonly gone: number
}

export function priceChanges(before: PriceTable, after: PriceTable): PriceChanges {
  const cells = (table: PriceTable, name: string) => JSON.stringify(table.models[name])
  const [old, now] = [before, after].map(({ models }) => Object.keys(models))
  const both = (now ?? []).filter((name) => Object.hasOwn(before.models, name))
  return {
    changed: both.filter((name) => cells(before, name) !== cells(after, name)).length,
    added: (now ?? []).length - both.length,
    gone: (old ?? []).length - both.length,
  }
}

/** Below this share of the models in use a new file is taken to be cut off. */
const leastShare = 0.5

/** Refuses a table that would make prices worse. Throws PRICES_OLDER or PRICES_EMPTIED. */
export function refuseWorse(name: string, before: PriceTable, after: PriceTable): void {
  if (after.retrieved < before.retrieved)
    throw new RightsizeError(
      'PRICES_OLDER',
      `${name} is of ${after.retrieved}, the prices in use are of ${before.retrieved}`,
    )
  const [old, now] = [before, after].map(({ models }) => Object.keys(models).length)
  if ((now ?? 0) < leastShare * (old ?? 0))
    throw new RightsizeError(
      'PRICES_EMPTIED',
      `${name} holds ${now} models with a price, the prices in use ${old}`,
    )
}
