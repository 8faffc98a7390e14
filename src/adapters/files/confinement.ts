import { realpathSync } from 'node:fs'
import { sep } from 'node:path'
import { RightsizeError } from '../../core/error/error.ts'

/** Where a child process of ours finds the folders that it is confined to. */
const variable = 'RIGHTSIZE_CONFINED'

const state: { folders: readonly string[] | null } = { folders: null }

/**
 * From here on this process and its children read files below these folders only, links resolved; null lifts it. Set once,
 * where a command is opened, by --untrusted.
 */
export function confine(folders: readonly string[] | null): void {
  state.folders = folders?.flatMap(realOf) ?? null
}

/** What a child process must be handed to be confined alike. */
export const confinedEnv = (): Readonly<Record<string, string>> =>
  state.folders === null ? {} : { [variable]: JSON.stringify(state.folders) }

/** Confines a child as its parent is. */
export function confineAlike(env: Readonly<Record<string, string | undefined>>): void {
  const text = env[variable]
  if (text !== undefined) confine(JSON.parse(text) as readonly string[])
}

/** Throws UNTRUSTED_FILE where a file that is there lies outside. */
export function requireInside(path: string): void {
  const { folders } = state
  if (folders === null) return
  const [real] = realOf(path)
  const inside = (folder: string): boolean =>
    real === folder || real?.startsWith(folder.endsWith(sep) ? folder : folder + sep) === true
  if (real !== undefined && !folders.some(inside))
    throw new RightsizeError('UNTRUSTED_FILE', `${path} lies outside the folder of the spec`)
}

function realOf(path: string): readonly string[] {
  try {
    return [realpathSync(path)]
  } catch {
    return [] // not there: the error of whoever reads it
  }
}
