import { hasDecimalComma, writtenScore } from '../data/score-text.ts'
import type { Scores } from '../proof/pairing.ts'
import { decide } from './decide.ts'
import type { DecisionInput, DecisionOutput } from './decision-input.ts'

/** Scores as they stand in the files of stored answers, by candidate and position; undefined where there is none. */
export type WrittenScores = ReadonlyMap<string, readonly unknown[]>

/**
 * unused-scores: the files hold scores of their own, which the decision does not use, and they would decide otherwise.
 *
 * What it finds: the decision made again with those scores has another word or chooses another candidate. Then one of
 * the two is not what the user means by good, and only the user knows which.
 * When it does not speak: scores that cannot be read as shares from 0 to 1, or that are one and the same everywhere (a
 * column `success` of calls that all went through) say nothing of quality; metrics that are no mean of scores; a race.
 */
export function decideBeside(input: DecisionInput, written: WrittenScores): DecisionOutput {
  const own = decide(input)
  const shares = new Map([...written].flatMap(([id, values]) => sharesOf(id, values)))
  const seen = new Set([...shares.values()].flat().filter((share) => share !== null))
  const plain = input.ratio === undefined && input.whole === undefined
  const raced = input.candidates.some(({ sequential }) => sequential !== undefined)
  if (seen.size < 2 || !plain || raced) return own
  const other = decide({
    ...input,
    candidates: input.candidates.map((one) => ({
      ...one,
      scores: shares.get(one.id) ?? one.scores,
    })),
  }).decision
  if (other.kind === own.decision.kind && other.chosen === own.decision.chosen) return own
  const names = [...shares.keys()].join(', ')
  const why = `The files of ${names} hold scores that were not used, and by them the decision would be "${wordOf(other)}" instead of "${wordOf(own.decision)}".`
  const next =
    'Name the column that decides (--score COLUMN), or leave the scores out of the files if they are not of this task.'
  const cap = { code: 'unused-scores', candidate: null, at: 'undecided', why, next } as const
  return decide({ ...input, caps: [...(input.caps ?? []), cap] })
}

const wordOf = ({ kind, chosen }: ReturnType<typeof decide>['decision']): string =>
  chosen === null ? kind : `${chosen} is ${kind}`

function sharesOf(id: string, values: readonly unknown[]): readonly (readonly [string, Scores])[] {
  const comma = hasDecimalComma(values)
  const shares = values.map((value) => {
    if (value === undefined) return null
    const score = writtenScore(value, comma)
    return 'value' in score && score.value >= 0 && score.value <= 1 ? score.value : Number.NaN
  })
  const readable = shares.every((share) => !Number.isNaN(share ?? 0))
  return readable && shares.some((share) => share !== null) ? [[id, shares]] : []
}
