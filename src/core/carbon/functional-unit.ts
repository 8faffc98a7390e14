import { add, multiply, scale, subtract } from '../unit/arithmetic.ts'
import { type Estimate, infinite, type Unit } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'

/**
 * Cost per resolved task = own cost + (1 - accept rate) x cost of the fallback. Every task is resolved once, so
 * R is the number of tasks. `fallback` is null where a person outside the boundary takes over (nothing is charged).
 * Works for grams, joules, CPU seconds and money alike.
 */
export function perResolved<U extends Unit>(
  perAnswer: Estimate<U>,
  acceptRate: Estimate<'share'>,
  fallback: Estimate<U> | null,
): Estimate<U> {
  if (fallback === null || perAnswer.kind !== 'known') return perAnswer
  const rejected = subtract(exact('share', 1, 'definition'), acceptRate)
  return add(perAnswer, multiply(rejected, fallback, perAnswer.unit))
}

/** The same score in a finer unit, when one answer holds `perAnswer` of them (tokens, pages, seconds ...). */
export function perFiner(score: Estimate<'gPerR'>, unitsPerAnswer: number): Estimate<'gPerR'> {
  return unitsPerAnswer > 0
    ? scale(score, 1 / unitsPerAnswer)
    : infinite('an answer contains none of this unit')
}
