import { worthFindingOut } from '../../core/carbon/pay-back.ts'
import type { PlanInput } from '../../core/plan/plan-types.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Known } from '../../core/unit/estimate.ts'

/** Whether going on with a candidate can still pay. */
export interface Worth {
  /**
   * Why `calls` answers of a candidate cost more than choosing it could save within the horizon, with the figures; null
   * where they may pay. Every doubt counts for going on: the saving at its highest, the cost at its lowest.
   */
  refuses(id: string, calls: number): string | null
}

/**
 * The bound on the evaluation, in energy or else in money. Null, and then nothing is stopped, where no volume or no incumbent
 * is declared, where the cost per item is not declared for all, or where the spec asks for every item (`regime: full`).
 */
export function worthOf(
  spec: Pick<Spec, 'account' | 'incumbent' | 'regime'>,
  input: Pick<PlanInput, 'candidates' | 'items'>,
): Worth | null {
  const { volumePerMonth, horizonMonths, currency } = spec.account
  if (volumePerMonth === null || spec.incumbent === null || spec.regime === 'full') return null
  const costs = costsOf(input)
  const incumbent = costs?.of.get(spec.incumbent)
  if (costs === null || incumbent === undefined) return null
  const unit = costs.unit ?? currency
  const free = new Set(
    input.candidates.flatMap((one) => (one.stored < input.items ? [] : [one.id])),
  )
  return {
    refuses(id, calls) {
      const own = costs.of.get(id)
      if (own === undefined || id === spec.incumbent || free.has(id)) return null
      const cost = calls * own.low
      const savingPerAnswer = incumbent.high - own.low
      // Nothing is known yet of how good it is, so the chance that it is chosen is taken as 1.
      const question = { savingPerAnswer, volumePerMonth, horizonMonths, chance: 1, cost }
      if (cost <= 0 || worthFindingOut(question)) return null
      const most = Math.max(0, savingPerAnswer) * volumePerMonth * horizonMonths
      return `${id} was not evaluated further: ${calls} answers cost at least ${figure(cost)} ${unit}, and choosing it could save at most ${figure(most)} ${unit} in ${horizonMonths} months at ${volumePerMonth} answers a month.`
    },
  }
}

interface Costs {
  /** null: money, in the currency of the account. */
  readonly unit: string | null
  readonly of: ReadonlyMap<string, Known<'JPerItem' | 'moneyPerItem'>>
}

/** Cost of one answer by candidate: joules where they are known for all, else prices; null where neither is. */
function costsOf({ candidates }: Pick<PlanInput, 'candidates'>): Costs | null {
  for (const [basis, unit] of [
    ['energyPerItem', 'J'],
    ['pricePerItem', null],
  ] as const) {
    const known = candidates.flatMap((candidate) => {
      const cost = candidate[basis]
      return cost.kind === 'known' ? [[candidate.id, cost] as const] : []
    })
    if (known.length === candidates.length) return { unit, of: new Map(known) }
  }
  return null
}

const figure = (value: number): string => String(Number(value.toPrecision(3)))
