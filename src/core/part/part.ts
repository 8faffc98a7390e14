import type { ErrorCode } from '../error/catalogue.ts'
import { RightsizeError } from '../error/error.ts'
import { nearest } from '../error/nearest.ts'
import type { PackageName } from './packages.ts'

/** What the row of every part holds, whatever its table: `rightsize list`, help, `doctor` and the docs read these. */
export interface Part {
  /** What it is or does: one line without a full stop. */
  readonly summary: string
  /** One line that can be typed: of a spec, of a flag or of a command. */
  readonly example: string
  /** The npm package without which it does not work; absent where nothing more is needed. */
  readonly package?: PackageName
  /** Other names of the same part. */
  readonly aliases?: readonly string[]
}

/** The rows of one kind of part, by name. */
export type Parts<R extends Part = Part, K extends string = string> = Readonly<Record<K, R>>

/** Names of the rows that have these facts: `KindsWith<typeof runtimes, { student: true }>`. */
export type KindsWith<T, Facts> = { [K in keyof T]: T[K] extends Facts ? K : never }[keyof T]

/** The names of a table, in its order; aliases are left out. */
export const partNames = <K extends string>(table: Parts<Part, K>): readonly K[] =>
  Object.keys(table) as K[]

/** The name under which a table holds what was written: its own name or one of its aliases; null where there is none. */
export function partName<K extends string>(table: Parts<Part, K>, written: string): K | null {
  const names = partNames(table)
  return names.find((name) => name === written || table[name].aliases?.includes(written)) ?? null
}

/** How a table calls its parts in a message. */
export interface PartWords {
  readonly code: ErrorCode
  /** `runtime`, `scorer`: what a row is. */
  readonly noun: string
  /** A sentence after the nearest name, such as how a part of one's own is named. */
  readonly also?: string
}

/** The error for a word that names no row: the nearest name, or all of them. */
export function unknownPart(
  table: Parts,
  written: string,
  { code, noun, also }: PartWords,
  at?: string,
): RightsizeError {
  const names = Object.entries(table).flatMap(([name, { aliases = [] }]) => [name, ...aliases])
  const near = nearest(written, names)
  const known = near === null ? `Known: ${names.join(', ')}.` : `Did you mean \`${near}\`?`
  return new RightsizeError(code, `The ${noun} \`${written}\` does not exist.`, {
    next: also === undefined ? known : `${known} ${also}`,
    at,
  })
}
