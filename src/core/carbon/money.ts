import { RightsizeError } from '../error/error.ts'
import type { AnswerCost, OverheadCost } from '../result/account.ts'
import { add, multiply, scale } from '../unit/arithmetic.ts'
import { type Estimate, type Known, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'

/** Electricity of one answer: J x PUE x price per kWh. */
export function energyPrice(
  energy: Estimate<'JPerItem'>,
  pue: Known<'ratio'>,
  pricePerKwh: number | null,
): Estimate<'moneyPerItem'> {
  if (pricePerKwh === null) return unknown('no price per kWh is declared (account.pricePerKwh)')
  const facility = multiply(energy, pue, 'JPerItem')
  if (facility.kind !== 'known') return facility
  return {
    ...(scale(facility, pricePerKwh / joulesPerKwh) as Known<'JPerItem'>),
    unit: 'moneyPerItem',
  }
}

/** Rent of the instances over the answers they give: all of it, idle hours included. */
export function rentPerAnswer(
  instances: number,
  pricePerHour: number | undefined,
  answersPerDay: number,
): Estimate<'moneyPerItem'> {
  if (pricePerHour === undefined) return unknown('no instance price is declared')
  if (!(answersPerDay > 0)) return unknown('no load is declared')
  return exact(
    'moneyPerItem',
    (instances * pricePerHour * 24) / answersPerDay,
    'deployment.instancePricePerHour',
  )
}

/**
 * Adds the parts of an answer's cost. Refuses a second currency: nothing is converted in silence. The caller leaves
 * electricity out where the rent of an instance or a token price already includes it.
 */
export function answerCost(options: {
  readonly currency: string
  readonly date: string
  readonly parts: readonly {
    readonly name: string
    readonly amount: Estimate<'moneyPerItem'>
    readonly currency?: string
  }[]
}): AnswerCost {
  const { currency, date, parts } = options
  for (const part of parts)
    if (part.currency !== undefined && part.currency !== currency && part.amount.kind === 'known')
      throw new RightsizeError(
        'CURRENCY_MIXED',
        `${part.name} is in ${part.currency}, the account in ${currency}`,
      )
  const counted = parts.filter(({ amount }) => amount.kind === 'known')
  return {
    currency,
    date,
    parts: counted.map(({ name, amount }) => ({ name, amount })),
    leftOut: parts
      .filter(({ amount }) => amount.kind !== 'known')
      .map(({ name, amount }) => `${name}: ${amount.kind === 'unknown' ? amount.why : 'infinite'}`),
    total: counted.reduce<Estimate<'moneyPerItem'>>(
      (total, { amount }) => (total.kind === 'known' ? add(total, amount) : amount),
      unknown('nothing is priced'),
    ),
  }
}

/** Money of benchmarking and making: paid calls, and electricity at the price per kWh. Apart, because one may be unknown. */
export function overheadCost(options: {
  readonly currency: string
  readonly date: string
  readonly calls: Estimate<'money'>
  readonly energy: Estimate<'J'>
  readonly pue: Known<'ratio'>
  readonly pricePerKwh: number | null
}): OverheadCost {
  const { currency, date, calls, energy, pue, pricePerKwh } = options
  const each: Estimate<'JPerItem'> =
    energy.kind === 'known' ? { ...energy, unit: 'JPerItem' } : energy
  const price = energyPrice(each, pue, pricePerKwh)
  return {
    currency,
    date,
    calls,
    electricity: price.kind === 'known' ? { ...price, unit: 'money' } : price,
  }
}
