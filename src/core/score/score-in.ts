import { fieldsOf } from '../data/fields.ts'
import { countIn, figureIn } from '../data/figures.ts'
import type { Score } from './scorer.ts'

/**
 * A score of the store or of a user's function, once every part was looked at: 0 to 1, or null where the scorer does not apply.
 * Null for anything else: NaN would poison a mean in silence.
 */
export function scoreIn(written: unknown): Score | null {
  const fields = fieldsOf(written)
  const { score, reason, read, counts, joules, price } = fields
  const fits = score === null || (typeof score === 'number' && score >= 0 && score <= 1)
  if (!fits) return null
  const figures = { joules: figureIn(joules), price: figureIn(price) }
  const tally = Object.entries(fieldsOf(counts)).map(([name, n]) => [name, countIn(n)] as const)
  return {
    score,
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof read === 'string' ? { read } : {}),
    ...(counts === undefined ? {} : { counts: countsOf(tally) }),
    ...Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)),
  }
}

const countsOf = (tally: readonly (readonly [string, number | undefined])[]) =>
  Object.fromEntries(tally.flatMap(([name, n]) => (n === undefined ? [] : [[name, n]])))
