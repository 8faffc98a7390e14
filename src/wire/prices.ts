import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { textOrNull, writeWhole } from '../adapters/files/whole-file.ts'
import { RightsizeError } from '../core/error/error.ts'
import {
  type PriceChanges,
  type PriceFile,
  priceChanges,
  priceMapUrl,
  pricesText,
  readPrices,
  refuseWorse,
} from '../core/hosted/price-map.ts'
import { isStale, type PriceTable } from '../core/hosted/prices.ts'
import { type At, packageDir, sha256 } from './world.ts'

type Env = Readonly<Record<string, string | undefined>>

/** List prices, and the file that they are from. */
export interface PricesInUse {
  readonly table: PriceTable
  readonly file: string
  readonly digest: string
}

/** The user's own table: below XDG_DATA_HOME, else ~/.local/share, %LOCALAPPDATA% on Windows; null without a home. */
export function userPricesFile(env: Env): string | null {
  const home = env['HOME'] || env['USERPROFILE']
  const shared = home ? join(home, '.local', 'share') : null
  const folder = env['XDG_DATA_HOME'] || env['LOCALAPPDATA'] || shared
  return folder ? join(folder, 'rightsize', 'prices.json') : null
}

/** The newer of the shipped table and the user's. Throws PRICES_INVALID where the user's cannot be read. */
export async function pricesInUse(env: Env): Promise<PricesInUse> {
  const shipped = await tableIn(join(packageDir, 'data', 'prices.json'))
  if (shipped === null)
    throw new RightsizeError('PRICES_INVALID', 'data/prices.json is missing in the package')
  const file = userPricesFile(env)
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
  const file = userPricesFile(at.effects.env)
  if (file === null)
    throw new RightsizeError('PRICES_NO_HOME', 'neither XDG_DATA_HOME nor HOME is set')
  const before = await pricesInUse(at.effects.env)
  const { text, about } = await asked(from, date, at)
  const { table, leftOut } = readPrices(text, about)
  refuseWorse(about.name, before.table, table)
  const kept = pricesText(table)
  await writeWhole(file, kept)
  const changes = priceChanges(before.table, table)
  return { table, file, digest: digestOf(kept), changes, leftOut }
}

async function asked(
  from: string,
  date: string | undefined,
  { effects, cwd }: At,
): Promise<{ readonly text: string; readonly about: PriceFile }> {
  const source = `LiteLLM price map, BerriAI/litellm, ${from}`
  if (/^https?:\/\//.test(from)) {
    const { textAt } = await import('../adapters/network/text.ts')
    const text = await textAt(effects.download, from)
    return { text, about: { name: from, date: date ?? day(effects.clock.now()), source } }
  }
  const path = resolve(cwd, from)
  const text = await textOrNull(path)
  if (text === null) throw new RightsizeError('DATA_MISSING', `${path} does not exist`)
  // A copy is at most as new as its file.
  const written = (await stat(path)).mtime.toISOString()
  return { text, about: { name: from, date: date ?? day(written), source } }
}

const day = (iso: string): string => iso.slice(0, 10)

/** Whether the prices are too old to be trusted, today. */
export const areStale = ({ table }: PricesInUse, { effects }: Pick<At, 'effects'>): boolean =>
  isStale(table, effects.clock.now())
