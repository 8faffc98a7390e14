import { join } from 'node:path'
import { textOrNull, writeWhole } from '../adapters/files/whole-file.ts'
import { RightsizeError } from '../core/error/error.ts'
import {
  type PriceChanges,
  priceChanges,
  priceMapUrl,
  pricesText,
  readPrices,
  refuseWorse,
} from '../core/hosted/price-map.ts'
import { isStale, type PriceTable } from '../core/hosted/prices.ts'
import { type Env, ownTable, sourceAt, userTable } from './user-table.ts'
import { type At, packageDir, sha256 } from './world.ts'

/** List prices, and the file that they are from. */
export interface PricesInUse {
  readonly table: PriceTable
  readonly file: string
  readonly digest: string
}

/** The newer of the shipped table and the user's. Throws PRICES_INVALID where the user's cannot be read. */
export async function pricesInUse(env: Env): Promise<PricesInUse> {
  const shipped = await tableIn(join(packageDir, 'data', 'prices.json'))
  if (shipped === null)
    throw new RightsizeError('PRICES_INVALID', 'data/prices.json is missing in the package')
  const file = userTable(env, 'prices.json')
  const own = file === null ? null : await tableIn(file)
  return own !== null && own.table.retrieved > shipped.table.retrieved ? own : shipped
}

async function tableIn(file: string): Promise<PricesInUse | null> {
  const text = await textOrNull(file)
  if (text === null) return null
  const { table } = readPrices(text, { name: file, date: '', source: file })
  return { table, file, digest: digestOf(text) }
}

const digestOf = (text: string): string => sha256(new TextEncoder().encode(text))

export interface PricesUpdate extends PricesInUse {
  readonly changes: PriceChanges
  readonly leftOut: number
}

/**
 * Stores the prices of `from` (a file, an address; the price map of LiteLLM where it is absent) for this user. `date` says
 * when they were published. Throws PRICES_INVALID, PRICES_OLDER, PRICES_EMPTIED, FETCH_FAILED, DATA_MISSING.
 */
export async function updatePrices(
  { from = priceMapUrl, date }: { readonly from?: string; readonly date?: string },
  at: At,
): Promise<PricesUpdate> {
  const file = ownTable(at.effects.env, 'prices.json')
  const before = await pricesInUse(at.effects.env)
  const { text, ...published } = await sourceAt(from, date, at)
  const about = { ...published, source: `LiteLLM price map, BerriAI/litellm, ${from}` }
  const { table, leftOut } = readPrices(text, about)
  refuseWorse(about.name, before.table, table)
  const kept = pricesText(table)
  await writeWhole(file, kept)
  const changes = priceChanges(before.table, table)
  return { table, file, digest: digestOf(kept), changes, leftOut }
}

/** Whether the prices are too old to be trusted, today. */
export const areStale = ({ table }: PricesInUse, { effects }: Pick<At, 'effects'>): boolean =>
  isStale(table, effects.clock.now())
