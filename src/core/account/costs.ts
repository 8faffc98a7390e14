import { answerCost, energyPrice, rentPerAnswer } from '../carbon/money.ts'
import { energyWithIdle } from '../carbon/usage-energy.ts'
import { otherHost } from '../hosted/provider-site.ts'
import type { AnswerCost } from '../result/account-money.ts'
import type { CandidateResult } from '../result/candidate.ts'
import { unknown } from '../unit/estimate.ts'
import type { AccountContext } from './context.ts'

/** Money of one answer: tokens or calls, and electricity unless rent or the token price includes it. */
export function answerCostOf(candidate: CandidateResult, context: AccountContext): AnswerCost {
  const { spec, inputs } = context
  const price = spec.candidates.find(({ id }) => id === candidate.id)?.price
  return answerCost(spec.account.currency, inputs.at, [
    {
      name: 'tokens and calls',
      amount: candidate.cost.pricePerItem,
      currency: price?.currency,
    },
    machinePart(candidate, context),
  ])
}

function machinePart(candidate: CandidateResult, { spec, site, usages, api }: AccountContext) {
  const { account, deployment } = spec
  const host = api.find(({ id }) => id === candidate.id)?.provider
  // The price of another host includes its electricity; a server without a price may be one's own.
  const priced = candidate.cost.pricePerItem.kind === 'known'
  if (host !== undefined && (host !== otherHost || priced))
    return { name: 'electricity', amount: unknown('included in the token price') }
  if (deployment?.instancePricePerHour !== undefined) {
    const { instances, instancePricePerHour, load } = deployment
    const perDay = (load.reduce((sum, rate) => sum + rate, 0) / load.length) * 86_400
    const amount = rentPerAnswer(instances, instancePricePerHour, perDay)
    return { name: 'instances, electricity included', amount }
  }
  const usage = usages.get(candidate.id)
  const energy = usage ? energyWithIdle(usage) : candidate.cost.energyPerItem
  const amount = energyPrice(energy, site.pue, account.pricePerKwh, 'moneyPerItem')
  return { name: 'electricity', amount }
}
