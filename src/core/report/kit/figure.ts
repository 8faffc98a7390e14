import type { Estimate, Unit } from '../../unit/estimate.ts'
import { cut, type Html, html } from './markup.ts'
import { interval, significant, value } from './number.ts'

/** A value with its interval and, unless the column says it, its method in small print; unknown with its reason. */
export function figure(estimate: Estimate<Unit>, method = true): Html {
  if (estimate.kind !== 'known') return absent(estimate)
  const range = estimate.low === estimate.high ? '' : interval(estimate)
  return withSmall(value(estimate), [range, method ? estimate.method : ''])
}

/** The same for a ratio: 41x. */
export function times(estimate: Estimate<'ratio'>): Html {
  if (estimate.kind !== 'known') return absent(estimate)
  const { low, high } = estimate
  return withSmall(`${significant(estimate.value, 2)}×`, [
    `${significant(low, 2)} to ${significant(high, 2)}`,
  ])
}

function absent(estimate: Exclude<Estimate<Unit>, { kind: 'known' }>): Html {
  const why = estimate.kind === 'unknown' ? estimate.why : estimate.reason
  return html`<span class="soft" title="${why}">${estimate.kind}</span>`
}

function withSmall(main: string, small: readonly string[]): Html {
  const below = small.filter((each) => each !== '').join(', ')
  return below === '' ? html`${main}` : html`${main}<small>${below}</small>`
}

/** A chart with its caption, in a region that scrolls when the page is narrow; where there is no chart what is beside it. */
export const figureHtml = (
  label: string,
  svg: Html | null,
  caption: string,
  beside: Html | null = null,
): Html | null =>
  svg === null
    ? beside
    : html`<figure><div class="scroll" tabindex="0" role="region" aria-label="${cut(label, 120)}">${svg}</div><figcaption>${caption}</figcaption>${beside}</figure>`
