import { RightsizeError } from '../core/error/error.ts'

type Flags = Readonly<Record<string, unknown>>

/** A flag's text, or undefined where it was not given. */
export function text(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A flag that may be given more than once. */
export function list(flags: Flags, name: string): readonly string[] {
  const value = flags[name]
  return Array.isArray(value) ? value.map(String) : []
}

/** A flag that must be a number. Error FLAG_NOT_A_NUMBER names it. */
export function number(flags: Flags, name: string): number | undefined {
  const value = text(flags, name)
  if (value === undefined) return undefined
  const parsed = Number(value)
  if (!Number.isFinite(parsed)) {
    throw new RightsizeError(
      'FLAG_NOT_A_NUMBER',
      `--${dashed(name)} needs a number, not "${value}"`,
    )
  }
  return parsed
}

/** A flag that takes one of a few words. */
export function oneOf<T extends string>(
  flags: Flags,
  name: string,
  words: readonly T[],
): T | undefined {
  const value = text(flags, name)
  if (value === undefined) return undefined
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  const next = `Use one of: ${words.join(', ')}.`
  throw new RightsizeError('FLAG_UNKNOWN_WORD', `--${dashed(name)} knows no "${value}"`, { next })
}

/** `baseUrl` as it is typed: `base-url`. */
export const dashed = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
