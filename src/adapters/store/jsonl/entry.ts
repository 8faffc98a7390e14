import type { StoredOutcome, StoredScore, StoredWindow } from '../../../contract/store.ts'
import { type Fields, fieldsOf } from '../../../core/data/fields.ts'
import type { Claim } from '../../files/claimant.ts'
import {
  checksum,
  rowName,
  rowOf,
  rowText,
  type StoreRow,
  tableNames,
} from '../../files/stored-row.ts'

/** One line of a journal: a row, or what was done to the rows before it. */
export type Entry =
  | StoreRow
  | { readonly prune: string }
  | { readonly claim: ClaimedKeys }
  | { readonly release: { readonly keys: readonly string[]; readonly owner: string } }

export interface ClaimedKeys extends Claim {
  readonly keys: readonly string[]
  /** Owners whose claims no longer counted when this one was made. */
  readonly over: readonly string[]
}

/** Of this version each line ends with a checksum; lines of version 1 have none and hold many rows. */
export const version = 2

/** What a line says: entries, a fault, or nothing where a kill has cut it short or a later version knows more. */
export type Line = readonly Entry[] | { readonly damaged: string } | null

const sealed = /^(\{.*),"sum":"([0-9a-f]{16})"\}$/s

/** The entry as a line, with its checksum. */
export function lineOf(entry: Entry): string {
  const text = 'table' in entry ? rowText(entry) : JSON.stringify(entry)
  return `${text.slice(0, -1)},"sum":"${checksum(text)}"}`
}

/** Reads a line that may have been changed since it was written. */
export function readLine(line: string): Line {
  const [, start = '', sum] = sealed.exec(line) ?? []
  if (sum === undefined) return null
  const text = `${start}}`
  const entry = entryIn(text)
  if (checksum(text) === sum) return entry === null ? null : [entry]
  return { damaged: entry !== null && 'table' in entry ? rowName(entry) : 'what a line held' }
}

/** Null for what no entry of this version is: a later one may know it. */
function entryIn(text: string): Entry | null {
  const value = parsed(text)
  const table = tableNames.find((name) => Array.isArray(value[name]))
  if (table !== undefined) return { table, cells: value[table] as StoreRow['cells'] }
  const claim = claimIn(fieldsOf(value['claim']))
  const release = releaseIn(fieldsOf(value['release']))
  if (claim !== null) return { claim }
  if (release !== null) return { release }
  return typeof value['prune'] === 'string' ? { prune: value['prune'] } : null
}

function claimIn({ owner, since, until, keys, over }: Fields): ClaimedKeys | null {
  const isClaim = isText(owner) && isText(since) && isText(until)
  return isClaim && areTexts(keys) && areTexts(over) ? { owner, since, until, keys, over } : null
}

function releaseIn({ keys, owner }: Fields) {
  return areTexts(keys) && isText(owner) ? { keys, owner } : null
}

const isText = (value: unknown): value is string => typeof value === 'string'

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText)

/** Reads a line of version 1; nothing of one that was cut short. */
export function formerLine(line: string): readonly Entry[] {
  const value = parsed(line) as {
    readonly outcomes?: readonly StoredOutcome[]
    readonly scores?: readonly StoredScore[]
    readonly window?: StoredWindow
    readonly document?: readonly [string, string]
    readonly prune?: string
  }
  return [
    ...(value.outcomes ?? []).map(rowOf.outcome),
    ...(value.scores ?? []).map(rowOf.score),
    ...(value.window === undefined ? [] : [rowOf.window(value.window)]),
    ...(value.document === undefined ? [] : [rowOf.document(...value.document)]),
    ...(value.prune === undefined ? [] : [{ prune: value.prune }]),
  ]
}

function parsed(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return {}
  }
}
