import { ratioOfMeans } from '../stats/paired-rates.ts'
import { divide } from '../unit/arithmetic.ts'
import { type Estimate, infinite, unknown } from '../unit/estimate.ts'
import { exact, known } from '../unit/known.ts'

/** What a candidate got accepted: its rate, and item by item where that is known (share accepted; null: not judged). */
export interface Accepted {
  readonly rate: Estimate<'share'>
  readonly items: readonly (number | null)[] | null
}

/**
 * Accept rate of a candidate over that of another, paired on the items that both answered; from the two rates where the
 * items are not known. Exactly 0 where the candidate accepts nothing, infinite where only the other does.
 */
export function acceptRatio(own: Accepted, other: Accepted): Estimate<'ratio'> {
  const [a, b] = [own.rate, other.rate]
  if (a.kind !== 'known' || b.kind !== 'known') return unknown('an accept rate is unknown')
  if (a.value === 0)
    return b.value === 0
      ? unknown('neither has an accepted answer')
      : exact('ratio', 0, 'no answer was accepted')
  if (b.value === 0) return infinite('the other has no accepted answer')
  const pairs = pairsOf(own.items, other.items)
  const paired = pairs.length < 2 ? null : ratioOfMeans(pairs, 0.95)
  const value = a.value / b.value
  if (paired === null) return fromRates(own, other, value)
  return known('ratio', {
    value,
    // The rates shown stand on all judged items, the interval on those that both answered.
    low: Math.min(value, paired.low),
    high: Math.max(value, paired.high),
    level: 0.95,
    method: 'measured',
    how: `accept rates on the same ${paired.n} items`,
    source: 'scores',
  })
}

function fromRates(own: Accepted, other: Accepted, value: number): Estimate<'ratio'> {
  const ratio = divide(own.rate, other.rate, 'ratio')
  return ratio.kind === 'known'
    ? { ...ratio, value, how: 'accept rates, not paired' }
    : unknown('the accept rates leave the ratio open')
}

function pairsOf(
  a: Accepted['items'],
  b: Accepted['items'],
): readonly (readonly [number, number])[] {
  if (a === null || b === null) return []
  return a.flatMap((own, i) => {
    const other = b[i] ?? null
    return own === null || other === null ? [] : [[own, other] as const]
  })
}

/**
 * Scores as accepted or not: 1 from `accept` on, else 0. Without `accept`, 0/1 scores stand for themselves and graded ones
 * count by their size (score-weighted answers).
 */
export const acceptedItems = (
  scores: readonly (number | null)[],
  accept: number | null,
): readonly (number | null)[] =>
  accept === null
    ? scores
    : scores.map((score) => (score === null ? null : score >= accept ? 1 : 0))
