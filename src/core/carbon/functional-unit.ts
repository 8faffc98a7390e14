import { divide, scale } from '../unit/arithmetic.ts'
import { type Estimate, infinite, type Known, type Unit, unknown } from '../unit/estimate.ts'
import { known } from '../unit/known.ts'

/**
 * Cost of an accepted answer = cost of an answer / accept rate, for a candidate and for the incumbent alike. R counts tasks
 * that end right. Infinite where nothing is accepted. Works for grams, joules, CPU seconds and money alike.
 * Source: Cost-of-Pass (Erol et al. 2025); Energy per Successful Goal (arXiv 2605.22883).
 */
export function perAccepted<U extends Unit>(
  perAnswer: Estimate<U>,
  acceptRate: Estimate<'share'>,
): Estimate<U> {
  if (perAnswer.kind !== 'known' || acceptRate.kind !== 'known')
    return perAnswer.kind === 'known' ? unknown(rateUnknown(acceptRate)) : perAnswer
  const { value, low, high, level } = acceptRate
  if (value === 0) return infinite('no answer was accepted')
  // A rate whose interval reaches 0 still has a center; its upper end of cost is that of a thousandth of the rate.
  const floor = Math.max(low, value / 1000)
  return divide(
    perAnswer,
    known('share', { value, low: floor, high, level, method: 'measured', ...named }),
    perAnswer.unit,
  )
}

const named = { how: 'accept rate', source: 'scores' }

const rateUnknown = (rate: Estimate<'share'>): string =>
  rate.kind === 'unknown' ? `the accept rate is unknown: ${rate.why}` : 'the accept rate is unknown'

/**
 * How many times less an accepted answer costs than one of the incumbent: the ratio of costs per answer, times the accept
 * rate over the incumbent's on the same items. The two are independent, so their log widths add as squares.
 */
export function acceptedRatio(
  costs: Estimate<'ratio'>,
  rates: Estimate<'ratio'>,
): Estimate<'ratio'> {
  if (costs.kind !== 'known') return costs
  if (rates.kind !== 'known') return rates
  const value = costs.value * rates.value
  if (value === 0)
    return known('ratio', { value, method: costs.method, ...about(costs, rates), level: 1 })
  const half = (end: 'low' | 'high') =>
    Math.hypot(...[costs, rates].map((one) => Math.log(Math.max(one[end], 1e-9) / one.value)))
  return known('ratio', {
    value,
    low: value * Math.exp(-half('low')),
    high: value * Math.exp(half('high')),
    level: Math.min(costs.level, rates.level),
    method: costs.method,
    ...about(costs, rates),
  })
}

const about = (costs: Known<'ratio'>, rates: Known<'ratio'>) => ({
  how: `${costs.how}; ${rates.how}`,
  source: [...new Set([costs.source, rates.source])].join('; '),
})

/** The same score in a finer unit, when one answer holds `perAnswer` of them (tokens, pages, seconds ...). */
export function perFiner(score: Estimate<'gPerR'>, unitsPerAnswer: number): Estimate<'gPerR'> {
  return unitsPerAnswer > 0
    ? scale(score, 1 / unitsPerAnswer)
    : infinite('an answer contains none of this unit')
}
