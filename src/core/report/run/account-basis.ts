import type { Account, Coefficient } from '../../result/account.ts'
import { figure } from '../kit/figure.ts'
import { type Html, html } from '../kit/markup.ts'
import { significant } from '../kit/number.ts'
import { folded } from '../kit/page.ts'
import { tableHtml } from '../kit/table.ts'

/** What the account rests on: the boundary, line by line, and every coefficient with its source. */
export function basisPart({ boundary, coefficients, consumer, marginal }: Account): Html {
  const included = boundary.filter((row) => row.included).length
  return html`<p>${consumer.conformance}</p>${folded(`Boundary: ${included} of ${boundary.length} items included`, boundaryTable(boundary))}${folded('Coefficients and their sources', coefficientTable(coefficients))}${folded('Second scenario: the marginal grid', marginalTable(marginal))}`
}

const marginalTable = (marginal: Account['marginal']): Html | null =>
  tableHtml({
    label: 'SCI under the marginal factor',
    caption: `${marginal?.[0]?.sci.grid ?? ''}. Never mixed with the average.`,
    columns: ['candidate', 'accepted answer', 'inference'],
    rows: (marginal ?? []).map(({ id, sci }) => [
      id,
      figure(sci.perAccepted),
      figure(sci.perInference),
    ]),
  })

const boundaryTable = (boundary: Account['boundary']): Html | null =>
  tableHtml({
    label: 'Boundary checklist',
    caption: 'What is inside the score and what is not, with the reason.',
    columns: [
      { head: 'item', words: true },
      { head: 'report', words: true },
      { head: 'counted', words: true },
      { head: 'reason', words: true },
    ],
    rows: boundary.map(({ item, persona, stage, included, reason, shall }) => [
      shall ? html`${item}<small>SHALL be included</small>` : item,
      html`${persona}<small>${stage}</small>`,
      included ? 'included' : html`<b>excluded</b>`,
      reason,
    ]),
  })

const coefficientTable = (coefficients: Account['coefficients']): Html | null =>
  tableHtml({
    label: 'Coefficients',
    caption: 'Every coefficient behind the scores.',
    columns: [{ head: 'coefficient', words: true }, 'value', { head: 'source', words: true }],
    rows: coefficients.map((one) => [
      html`${one.name}<small>${one.description}</small>`,
      coefficientValue(one),
      one.source,
    ]),
  })

function coefficientValue({ value, low, high, unit }: Coefficient): Html {
  const range =
    low === high ? null : html`<small>${significant(low)} to ${significant(high)}</small>`
  return html`${significant(value)}${unit === '1' ? '' : ` ${unit}`}${range}`
}
