import { RightsizeError } from '../core/error/error.ts'
import { nearest } from '../core/error/nearest.ts'
import type { Kind } from './kind.ts'

/** One flag or argument of a command, as data: help, parsing and documentation come from it. */
export interface Parameter<T = unknown> {
  readonly text: string
  /** What it takes; null for a switch. */
  readonly kind: Kind<unknown> | null
  /** The value as typed that stands where none is given. */
  readonly fallback: string | null
  readonly needed: boolean
  /** May be given more than once. */
  readonly many: boolean
  /** Values from texts. `label` is how messages name the parameter: `--margin`. Throws FLAG_VALUE. */
  read(given: readonly string[], label: string): T
}

const absent = { fallback: null, needed: false, many: false } as const

/** A value that may be left out; with a fallback there is always one. */
export function flag<T>(kind: Kind<T>, text: string): Parameter<T | undefined>
export function flag<T>(kind: Kind<T>, text: string, fallback: string): Parameter<T>
export function flag<T>(
  kind: Kind<T>,
  text: string,
  fallback: string | null = null,
): Parameter<T | undefined> {
  const read = (given: readonly string[], label: string) => {
    requireOne(given, label)
    const last = given.at(-1) ?? fallback
    return last === null ? undefined : readOne(kind, last, label)
  }
  return { ...absent, text, kind, fallback, read }
}

/** A value that must be given. */
export const needed = <T>(kind: Kind<T>, text: string): Parameter<T> => ({
  ...absent,
  ...{ text, kind, needed: true },
  read: (given, label) => {
    requireOne(given, label)
    return readOne(kind, given[0] ?? '', label)
  },
})

/** A flag that may be given more than once. */
export const list = <T>(kind: Kind<T>, text: string): Parameter<readonly T[]> => ({
  ...absent,
  ...{ text, kind, many: true },
  read: (given, label) => given.map((one) => readOne(kind, one, label)),
})

/** A flag without a value. */
export const toggle = (text: string): Parameter<boolean> => ({
  ...absent,
  ...{ text, kind: null },
  read: (given) => given.length > 0,
})

/** Throws FLAGS_CONFLICT where a flag of one value has two: one of them would be dropped. */
function requireOne(given: readonly string[], label: string): void {
  const values = [...new Set(given)]
  if (values.length < 2) return
  throw new RightsizeError(
    'FLAGS_CONFLICT',
    `${label} takes one value, not ${values.map((value) => `"${value}"`).join(' and ')}`,
    { next: `State it once, for example: ${label} ${values[0]}` },
  )
}

function readOne<T>(kind: Kind<T>, text: string, label: string): T {
  const value = kind.read(text)
  if (value !== undefined) return value
  throw valueError(label, kind, text === '' ? 'nothing' : `"${text}"`)
}

/** The one error of a wrong value: the flag, what it takes, what was given, and an example. */
export function valueError(label: string, kind: Kind<unknown>, given: string): RightsizeError {
  const near = nearest(given.replaceAll('"', ''), kind.words ?? [])
  const value = near ?? kind.example
  const typed = label.startsWith('-') ? `${label} ${value}` : value
  return new RightsizeError('FLAG_VALUE', `${label} takes ${kind.takes}, not ${given}`, {
    next: near === null ? `For example: ${typed}` : `Did you mean \`${typed}\`?`,
  })
}

/** `baseUrl` as it is typed: `--base-url`. */
export const dashed = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
