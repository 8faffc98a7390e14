import { RightsizeError } from '../error/error.ts'
import type { AnswerCost } from '../result/account-money.ts'
import { convert, multiply, sum } from '../unit/arithmetic.ts'
import { type Estimate, type Known, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'

/** Electricity: J x PUE x price per kWh. */
export function energyPrice<U extends 'money' | 'moneyPerItem'>(
  energy: Estimate<'J' | 'JPerItem'>,
  pue: Known<'ratio'>,
  pricePerKwh: number | null,
  unit: U,
): Estimate<U> {
  return pricePerKwh === null
    ? unknown('no price per kWh is declared (account.pricePerKwh)')
    : convert(multiply(energy, pue, 'J'), unit, pricePerKwh / joulesPerKwh)
}

/** Rent of the instances over the answers they give: all of it, idle hours included. */
export function rentPerAnswer(
  instances: number,
  pricePerHour: number,
  answersPerDay: number,
): Estimate<'moneyPerItem'> {
  if (!(answersPerDay > 0)) return unknown('no load is declared')
  const perAnswer = (instances * pricePerHour * 24) / answersPerDay
  return exact('moneyPerItem', perAnswer, 'deployment.instancePricePerHour')
}

/** A part of an answer's cost; its currency where it may differ from the account's. */
export interface CostPart {
  readonly name: string
  readonly amount: Estimate<'moneyPerItem'>
  readonly currency?: string | undefined
}

/**
 * Adds the parts of an answer's cost; unknown ones are left out and named. Throws CURRENCY_MIXED for a second currency:
 * nothing is converted. The caller leaves electricity out where the rent or a token price already includes it.
 */
export function answerCost(currency: string, date: string, parts: readonly CostPart[]): AnswerCost {
  const counted = parts.filter(({ amount }) => amount.kind === 'known')
  for (const part of counted)
    if ((part.currency ?? currency) !== currency)
      throw new RightsizeError(
        'CURRENCY_MIXED',
        `${part.name} is in ${part.currency}, the account in ${currency}`,
      )
  return {
    currency,
    date,
    parts: counted.map(({ name, amount }) => ({ name, amount })),
    leftOut: parts.flatMap(({ name, amount }) => {
      if (amount.kind === 'known') return []
      return [`${name}: ${amount.kind === 'unknown' ? amount.why : 'infinite'}`]
    }),
    total: sum(
      unknown('nothing is priced'),
      counted.map(({ amount }) => amount),
    ),
  }
}
