import type { Answer } from '../../core/data/answer.ts'
import { batchPrice } from '../../core/hosted/batch-price.ts'
import { isPerToken, tariff } from '../../core/hosted/tariff.ts'
import { withoutTokens } from '../../core/result/untold-price.ts'
import type { CandidateSpec, Spec } from '../../core/spec/spec.ts'
import { type Estimate, type Known, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import type { Collected } from './collect.ts'

type Price = CandidateSpec['price']

/** Mean price of an answer when it is asked live: as it came with the answers, from token counts and tariffs, or per call. */
export function pricePerAnswer(collected: Collected, spec: Spec): Estimate<'moneyPerItem'> {
  const { price } = collected.opened.spec
  return meanPrice(collected, price, spec, (answer) => answer.price ?? tariff(price, answer.tokens))
}

/**
 * Mean price of what this run itself asked: the live price, or the one by batch. What a batch saves belongs to this run; the
 * price by which candidates are compared stays the live one. Unknown as `live` is.
 */
export function pricePerCall(
  collected: Collected,
  live: Estimate<'moneyPerItem'>,
  spec: Spec,
): Estimate<'moneyPerItem'> {
  const { session, spec: candidate } = collected.opened
  if (!session?.deferred || candidate.price === undefined) return live
  const price = batchPrice(candidate.price)
  return meanPrice(collected, price, spec, (answer) => tariff(price, answer.tokens))
}

/** Share of the answers without which a figure that comes with each is that of a part alone. */
const leastShare = 0.8

/** Whether a figure came with so many of the answers that its mean stands for all. */
export const isMost = (count: number, of: number): boolean => count >= leastShare * of

type Answered = Extract<Answer, { ok: true }>

function meanPrice(
  collected: Collected,
  price: Price,
  { account }: Spec,
  of: (answer: Answered) => number | undefined,
): Known<'moneyPerItem'> | ReturnType<typeof unknown> {
  const currency = price?.currency ?? account.currency
  const answered = [...collected.answers.values()].filter((answer) => answer.ok)
  const prices = answered.flatMap((answer) => of(answer) ?? [])
  if (prices.length === 0) return unknown(unpriced(collected, price))
  const all = prices.length === answered.length
  const counted = `${prices.length}${all ? '' : ` of ${answered.length}`} answers`
  if (!isMost(prices.length, answered.length))
    return unknown(
      `${answered.length - prices.length} of ${answered.length} answers ${price === undefined ? 'came without a price' : withoutTokens}`,
    )
  const value = prices.reduce((sum, one) => sum + one, 0) / prices.length
  const source = price?.source ?? (price ? 'price in the spec' : 'the candidate')
  const how = `mean of ${counted} in ${currency}`
  return known('moneyPerItem', { value, method: 'sourced', how, source })
}

function unpriced({ answers }: Collected, price: CandidateSpec['price']): string {
  const unread = [...answers.values()].some((answer) => answer.ok && answer.unread !== undefined)
  if (!unread)
    return isPerToken(price) ? `its answers ${withoutTokens}` : 'no price is stated (`price`)'
  return `the ${price ? 'token counts' : 'prices'} that came with its answers cannot be read as numbers`
}
