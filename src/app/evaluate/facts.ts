import { type Accepted, acceptedItems } from '../../core/carbon/accept-ratio.ts'
import { heldOf, type Site } from '../../core/carbon/site.ts'
import type { Item } from '../../core/data/item.ts'
import type { AnswerHealth } from '../../core/result/answer-health.ts'
import type { CostResult } from '../../core/result/cost.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { wilson } from '../../core/stats/proportion-interval.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import type { Collected } from './collect.ts'
import { itemCost } from './cost.ts'
import { healthOf, type Labels } from './health.ts'
import type { Measured } from './measure.ts'
import { type Against, againstIncumbent } from './savings.ts'

interface FactsInputs {
  readonly measured: Measured
  readonly spec: Spec
  readonly items: readonly Item[]
  readonly labels: Labels
  readonly site: Site | null
}

/** What was found of one candidate. */
export interface CandidateFacts extends Omit<Against, 'ratio'> {
  readonly id: string
  readonly collected: Collected
  readonly cost: Omit<CostResult, 'sci'>
  readonly acceptRate: Estimate<'share'>
  readonly health: AnswerHealth
}

/** What was found of every candidate, each against the incumbent: headline and every table read this one ratio. */
export function factsOf(
  collected: readonly Collected[],
  { measured, spec, items, labels, site }: FactsInputs,
): readonly CandidateFacts[] {
  const priced = collected.map((one) => {
    const cost = itemCost(one, measured, spec)
    const idlePerItem = (site && heldOf(cost, site)?.idle) ?? cost.idlePerItem
    const { id, settings } = one.opened.spec
    return { id, settings, cost: { ...cost, idlePerItem }, accepted: acceptedOf(one, spec.accept) }
  })
  const against = againstIncumbent(priced, spec.incumbent, { ...measured, site })
  return collected.flatMap((one, i) => {
    const own = priced[i]
    const found = own && against.get(own.id)
    if (own === undefined || found === undefined) return []
    const { ratio, ...rest } = found
    const cost = { ...own.cost, ratio, ratioAccepted: found.saving.ratio }
    const health = healthOf(one, items, labels)
    return [{ ...rest, id: own.id, collected: one, cost, acceptRate: own.accepted.rate, health }]
  })
}

const acceptedOf = (collected: Collected, accept: Spec['accept']): Accepted => ({
  rate: acceptRateOf(collected, accept),
  items: acceptedItems(
    collected.judged.map((judged) => judged?.score ?? null),
    accept,
  ),
})

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
