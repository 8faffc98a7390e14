import type { Estimate, Known, Unit } from '../unit/estimate.ts'
import { percent } from '../unit/figure-words.ts'
import { figures, withPrefix } from '../unit/si-prefix.ts'
import type { Saving } from './saving.ts'

/**
 * The net effect in one line: cost of an answer, share accepted, cost of an accepted answer, candidate against incumbent.
 * `Net effect (energy): small 1 J an answer, 94.5 % accepted, 1.06 J an accepted answer; large 10 J, 95.0 %, 10.5 J.`
 */
export function netEffectText(
  { of, candidate, incumbent }: Saving,
  [a, b]: readonly [string, string],
): string {
  const [own, theirs] = [candidate, incumbent].map((side) => ({
    answer: amount(side.perAnswer),
    accepted: side.accepted.kind === 'known' ? percent(side.accepted.value) : 'an unknown share',
    each: amount(side.perAccepted),
  })) as [Side, Side]
  const what = of === 'price' ? 'price of tokens and calls alone' : of
  return `Net effect (${what}): ${a} ${own.answer} an answer, ${own.accepted} accepted, ${own.each} an accepted answer; ${b} ${theirs.answer}, ${theirs.accepted}, ${theirs.each}.`
}

type Side = Readonly<Record<'answer' | 'accepted' | 'each', string>>

function amount(cost: Estimate<Unit>): string {
  if (cost.kind === 'unknown') return 'unknown'
  if (cost.kind === 'infinite') return 'infinite'
  const unit = symbols[cost.unit]
  return unit === undefined ? figures(cost.value, 3) : withPrefix(rounded(cost), unit)
}

const rounded = ({ value }: Known<Unit>): number => Number(value.toPrecision(3))

const symbols: Partial<Record<Unit, string>> = { JPerItem: 'J', sPerItem: 's' }
