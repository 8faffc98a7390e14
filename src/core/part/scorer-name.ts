import { checkOptions, type Options } from './options.ts'
import { partName, unknownPart } from './part.ts'
import { type ScorerKind, type ScorerPart, scorers } from './scorers.ts'

/** A scorer of the user's own: a file that exports `score`. */
export type ScorerPath = `${string}.mjs` | `${string}.js` | `${string}.cjs` | `${string}.ts`
type Alias<K extends ScorerKind> = (typeof scorers)[K] extends {
  readonly aliases: readonly (infer A)[]
}
  ? A
  : never
/** What may be written as the name of a scorer. */
export type ScorerName = ScorerKind | { [K in ScorerKind]: Alias<K> }[ScorerKind] | ScorerPath

/** Scorers that rightsize picks itself, by what it picks them for. */
export const scorerFor = {
  /** Where nothing is named. */
  labels: 'exact',
  /** Rows that bring their own assertions. */
  assertions: 'assertions',
  /** Answers that were scored elsewhere. */
  imported: 'given',
  /** A function of the user's own. */
  path: 'module',
} as const satisfies Readonly<Record<string, ScorerKind>>

/** What the name of a user's own file ends with; the published schema has it too. */
export const scorerPathPattern = '\\.(mjs|js|cjs|ts)$'

export const isScorerPath = (written: string): written is ScorerPath =>
  new RegExp(scorerPathPattern).test(written)

/** The row for what was written: a name, an alias, or a path (a module). Throws SCORER_UNKNOWN with the nearest name. */
export function scorerKind(written: string, at = 'scorer'): ScorerKind {
  const kind = partName(scorers, written)
  if (kind !== null) return kind
  if (isScorerPath(written)) return scorerFor.path
  throw unknownPart(scorers, written, words, at)
}

/** What was written as the name of a scorer: a row's name for itself and its aliases, a path as it is. Throws SCORER_UNKNOWN. */
export const scorerName = (written: string, at?: string): ScorerName =>
  isScorerPath(written) ? written : scorerKind(written, at)

/** The facts of the scorer that was written. Throws SCORER_UNKNOWN. */
export const scorerPart = (written: string): ScorerPart => scorers[scorerKind(written)]

const words = {
  code: 'SCORER_UNKNOWN',
  noun: 'scorer',
  also: 'A function of your own is named by its path, ./score.mjs.',
} as const

/**
 * A written scorer under the name of its row, with checked options; a path stays a path.
 * Throws SCORER_UNKNOWN and SCORER_OPTION, each with the nearest name.
 */
export function checkedScorer(
  { name, options = {} }: { readonly name: string; readonly options?: Options | undefined },
  at: string,
): { readonly name: ScorerName; readonly options: Options } {
  const kind = scorerKind(name, at)
  checkOptions(kind, options, scorers[kind].options, at)
  return { name: scorerName(name, at), options }
}
