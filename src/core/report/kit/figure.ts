import type { Estimate, Unit } from '../../unit/estimate.ts'
import { escapeHtml } from './escape.ts'
import { interval, significant, value } from './number.ts'

/** HTML of a value with its interval and, unless the column says it, its method in small print; unknown with its reason. */
export function figure(estimate: Estimate<Unit>, method = true): string {
  if (estimate.kind !== 'known') return absent(estimate)
  const range = estimate.low === estimate.high ? '' : escapeHtml(interval(estimate))
  return withSmall(escapeHtml(value(estimate)), [range, method ? estimate.method : ''])
}

/** The same for a ratio: 41x. */
export function times(estimate: Estimate<'ratio'>): string {
  if (estimate.kind !== 'known') return absent(estimate)
  const { low, high } = estimate
  return withSmall(`${significant(estimate.value, 2)}×`, [
    `${significant(low, 2)} to ${significant(high, 2)}`,
  ])
}

function absent(estimate: Exclude<Estimate<Unit>, { kind: 'known' }>): string {
  const why = estimate.kind === 'unknown' ? estimate.why : estimate.reason
  return `<span class="soft" title="${escapeHtml(why)}">${estimate.kind}</span>`
}

const withSmall = (main: string, small: readonly string[]): string => {
  const below = small.filter((each) => each !== '').join(', ')
  return below === '' ? main : `${main}<small>${below}</small>`
}
