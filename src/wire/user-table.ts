import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { textOrNull } from '../adapters/files/whole-file.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { At } from './world.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** A table of the user's own: below XDG_DATA_HOME, else ~/.local/share, %LOCALAPPDATA% on Windows; null without a home. */
export function userTable(env: Env, name: string): string | null {
  const home = env['HOME'] || env['USERPROFILE']
  const shared = home ? join(home, '.local', 'share') : null
  const folder = env['XDG_DATA_HOME'] || env['LOCALAPPDATA'] || shared
  return folder ? join(folder, 'rightsize', name) : null
}

/** `userTable`, to be written. Throws PRICES_NO_HOME. */
export function ownTable(env: Env, name: string): string {
  const file = userTable(env, name)
  if (file !== null) return file
  throw new RightsizeError('PRICES_NO_HOME', 'neither XDG_DATA_HOME nor HOME is set')
}

/** The text of a table at an address or in a file, and when it was published (ISO date): as stated, else of the file, or today. */
export async function sourceAt(
  from: string,
  date: string | undefined,
  { effects, cwd }: At,
): Promise<{ readonly text: string; readonly name: string; readonly date: string }> {
  if (/^https?:\/\//.test(from)) {
    const { textAt } = await import('../adapters/network/text.ts')
    const text = await textAt(effects.download, from)
    return { text, name: from, date: date ?? day(effects.clock.now()) }
  }
  const path = resolve(cwd, from)
  const text = await textOrNull(path)
  if (text === null) throw new RightsizeError('DATA_MISSING', `${path} does not exist`)
  // A copy is at most as new as its file.
  return { text, name: from, date: date ?? day((await stat(path)).mtime.toISOString()) }
}

const day = (iso: string): string => iso.slice(0, 10)
