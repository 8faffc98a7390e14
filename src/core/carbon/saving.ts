import type { Saving } from '../result/saving.ts'
import { divide } from '../unit/arithmetic.ts'
import type { Estimate } from '../unit/estimate.ts'
import { acceptedRatio, perAccepted } from './functional-unit.ts'

type Cost = Saving['candidate']['perAnswer']

/** Cost of one answer and the share of the answers that is accepted. */
export interface Answered {
  readonly perAnswer: Cost
  readonly acceptRate: Estimate<'share'>
}

/**
 * What a candidate saves against the incumbent per accepted answer. Every place that states a saving reads this: headline,
 * table, lock and pay-back.
 * @param release What the choice releases at a declared load.
 * @param costs Cost of an answer, incumbent over candidate, with its paired interval.
 * @param rates Accept rate of the candidate over the incumbent's, on the same items.
 */
export function savingOf(
  of: Saving['of'],
  { candidate, incumbent }: Readonly<Record<'candidate' | 'incumbent', Answered>>,
  { costs, rates }: Readonly<Record<'costs' | 'rates', Estimate<'ratio'>>>,
  release: Saving['release'] = null,
): Saving {
  return {
    of,
    ratio: acceptedRatio(costs, rates),
    per: 'accepted answer',
    release,
    candidate: sideOf(candidate),
    incumbent: sideOf(incumbent),
  }
}

const sideOf = ({ perAnswer, acceptRate }: Answered): Saving['candidate'] => ({
  perAnswer,
  accepted: acceptRate,
  perAccepted: perAccepted(perAnswer, acceptRate),
})

/**
 * Incumbent over candidate per answer: the quotient of the two costs as they are shown, with the interval of `paired`
 * (interleaved windows, in which drift cancels) where there is one, else that of the two costs.
 */
export function costRatio(
  own: Cost,
  theirs: Cost,
  paired: Estimate<'ratio'> | null,
): Estimate<'ratio'> {
  if (paired !== null && paired.kind !== 'known') return paired
  if (own.kind !== 'known' || theirs.kind !== 'known' || !(own.value > 0))
    return paired ?? divide(theirs, own, 'ratio')
  if (paired === null) return divide(theirs, own, 'ratio')
  const value = theirs.value / own.value
  return {
    ...paired,
    value,
    low: Math.min(value, paired.low),
    high: Math.max(value, paired.high),
  }
}
