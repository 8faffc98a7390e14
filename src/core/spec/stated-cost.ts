import { RightsizeError } from '../error/error.ts'
import { suggestion } from '../error/nearest.ts'
import type { CandidateInput } from './define.ts'

/** Money per million tokens, as `--price NAME=INPUT/OUTPUT` states it. */
export interface StatedPrice {
  readonly input: number
  readonly output: number
}

/** What the command line states of candidates, by id: one entry a flag. */
export interface StatedCosts {
  readonly price?: readonly (readonly [string, StatedPrice])[] | undefined
  readonly parameters?: readonly (readonly [string, number])[] | undefined
}

/** The candidates with what was stated of them. Throws FLAG_UNUSED for a name that no candidate has. */
export function withStatedCosts(
  candidates: readonly CandidateInput[],
  { price = [], parameters = [] }: StatedCosts,
  idOf: (candidate: CandidateInput) => string,
): readonly CandidateInput[] {
  const ids = candidates.map(idOf)
  for (const [flag, entries] of [
    ['price', price],
    ['parameters', parameters],
  ] as const)
    for (const [id] of entries) requireName(id, ids, flag)
  return candidates.map((candidate, at) => {
    const tokens = new Map(price).get(ids[at] ?? '')
    const size = new Map(parameters).get(ids[at] ?? '')
    return {
      ...candidate,
      ...(size === undefined ? {} : { parameters: size }),
      ...(tokens === undefined
        ? {}
        : {
            price: {
              inputPerMTokens: tokens.input,
              outputPerMTokens: tokens.output,
              source: 'stated with --price',
            },
          }),
    }
  })
}

function requireName(id: string, ids: readonly string[], flag: string): void {
  if (ids.includes(id)) return
  throw new RightsizeError('FLAG_UNUSED', `--${flag} ${id}=... names no candidate`, {
    next: `Candidates are ${ids.join(', ')}. ${suggestion(id, ids)}`,
  })
}
