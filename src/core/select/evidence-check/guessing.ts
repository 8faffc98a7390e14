import { binomialTail } from '../../stats/binomial.ts'
import { counted, percent } from '../../unit/figure-words.ts'
import { blocks, type Evidence } from './evidence.ts'

/** Chance at which an incumbent that guesses still passes. */
export const guessingAlpha = 0.05

/**
 * incumbent-guessing: the incumbent is no better than guessing.
 *
 * What it finds: with k labels, an incumbent whose right answers are not more than 1 / k of them at 5 % (one-sided exact
 * binomial test). To lose little against it then means nothing.
 * Error rate: an incumbent that guesses passes in at most 5 %; one that is clearly better is never stopped.
 * When it misleads: on a few dozen items of two labels a weak incumbent cannot be told from a guess; more items tell.
 */
export function guessing({ incumbent, closed, relative }: Evidence) {
  if (!relative || incumbent === null || closed === null) return []
  const scores = incumbent.scores.filter((score) => score !== null)
  if (scores.length === 0 || scores.some((score) => score !== 0 && score !== 1)) return []
  const hits = scores.filter((score) => score === 1).length
  const chance = 1 / closed.length
  if (binomialTail(hits, scores.length, chance) <= guessingAlpha) return []
  const why = `The incumbent ${incumbent.id} is no better than guessing: ${counted(hits)} of ${counted(scores.length)} answers are right, and a guess among ${counted(closed.length)} labels has ${percent(chance)}.`
  const next = `Check the prompt and the labels of ${incumbent.id}, or set a floor instead of a margin (--floor).`
  return [blocks('incumbent-guessing', why, next)]
}
