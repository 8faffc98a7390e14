import type { Item } from '../../core/data/item.ts'
import type { Quantity } from '../../core/energy/paired-cost.ts'
import type { AnswerHealth } from '../../core/result/answer-health.ts'
import type { CostResult } from '../../core/result/cost.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { wilson } from '../../core/stats/proportion-interval.ts'
import { divide } from '../../core/unit/arithmetic.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import type { Collected } from './collect.ts'
import { itemCost, ratioToIncumbent, resolvedRatio } from './cost.ts'
import { healthOf, type Labels } from './health.ts'
import type { Measured } from './measure.ts'

interface FactsInputs {
  readonly measured: Measured
  readonly spec: Spec
  readonly items: readonly Item[]
  readonly labels: Labels
}

/** What was found of one candidate. */
export interface CandidateFacts {
  readonly id: string
  readonly collected: Collected
  readonly cost: Omit<CostResult, 'sci'>
  /** What its ratio to the incumbent is a ratio of. */
  readonly ratioOf: Quantity | 'price'
  readonly acceptRate: Estimate<'share'>
  readonly health: AnswerHealth
}

export function factsOf(
  collected: Collected,
  { measured, spec, items, labels }: FactsInputs,
): CandidateFacts {
  const { incumbent, account, accept } = spec
  const { id } = collected.opened.spec
  const { of: ratioOf, ratio } = ratioToIncumbent(id, incumbent, measured)
  const acceptRate = acceptRateOf(collected, accept)
  const ratioResolved =
    id === incumbent ? ratio : resolvedRatio(ratio, acceptRate, account.fallback)
  const cost = { ...itemCost(collected, measured, spec), ratio, ratioResolved }
  const health = healthOf(collected, items, labels)
  return { id, collected, cost, ratioOf, acceptRate, health }
}

/**
 * The facts with the ratio to the incumbent from joules or prices that no windows paired, where no windows did: the
 * headline and every table read this one ratio. One quantity for all, so that a column never mixes two.
 */
export function withDeclaredRatios(
  facts: readonly CandidateFacts[],
  { incumbent, account }: Spec,
): readonly CandidateFacts[] {
  const before = facts.find(({ id }) => id === incumbent)
  const rivals = facts.filter((one) => one !== before)
  if (before === undefined || rivals.some(({ cost }) => cost.ratio.kind === 'known')) return facts
  const of = (['energy', 'price'] as const).find((quantity) =>
    rivals.some((one) => declaredRatio(one, before, quantity) !== null),
  )
  if (of === undefined) return facts
  return facts.map((one) => {
    const ratio = one === before ? null : declaredRatio(one, before, of)
    if (ratio === null) return one
    const ratioResolved = resolvedRatio(ratio, one.acceptRate, account.fallback)
    return { ...one, ratioOf: of, cost: { ...one.cost, ratio, ratioResolved } }
  })
}

/** Incumbent over candidate per answer. */
function declaredRatio(
  { cost: own }: CandidateFacts,
  { cost: theirs }: CandidateFacts,
  of: 'energy' | 'price',
): Estimate<'ratio'> | null {
  const field = of === 'energy' ? 'energyPerItem' : 'pricePerItem'
  const [mine, other] = [own[field], theirs[field]]
  return mine.kind === 'known' && other.kind === 'known' && mine.low > 0
    ? divide(other, mine, 'ratio')
    : null
}

function acceptRateOf({ judged: items }: Collected, accept: Spec['accept']): Estimate<'share'> {
  const scored = items.flatMap((judged) =>
    judged === null || judged.score === null ? [] : [judged.score],
  )
  if (scored.length === 0) return unknown('no item was judged')
  if (accept === null && scored.some((score) => score !== 0 && score !== 1)) {
    const value = scored.reduce((sum, score) => sum + score, 0) / scored.length
    const how = 'score-weighted answers: the scorer is graded and no `accept` is set'
    return known('share', { value, method: 'measured', how, source: 'scores' })
  }
  const accepted = scored.filter((score) => score >= (accept ?? 1)).length
  const { low, high } = wilson(accepted, scored.length, 0.95)
  return known('share', {
    value: accepted / scored.length,
    low,
    high,
    level: 0.95,
    method: 'measured',
    how: `${accepted} of ${scored.length} accepted, Wilson interval`,
    source: 'scores',
  })
}
