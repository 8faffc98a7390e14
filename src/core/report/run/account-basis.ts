import type { Account, Coefficient } from '../../result/account.ts'
import { escapeHtml } from '../kit/escape.ts'
import { significant } from '../kit/number.ts'
import { tableHtml } from '../kit/table.ts'

/** What the account rests on: the boundary, line by line, and every coefficient with its source. */
export function basisPart(account: Account): string {
  return `${boundary(account)}${coefficients(account)}`
}

function boundary({ boundary }: Account): string {
  if (boundary.length === 0) return ''
  const included = boundary.filter((row) => row.included).length
  const table = tableHtml({
    label: 'Boundary checklist',
    caption: 'What is inside the score and what is not, with the reason.',
    columns: [
      { head: 'item', words: true },
      { head: 'report', words: true },
      { head: 'counted', words: true },
      { head: 'reason', words: true },
    ],
    rows: boundary.map(({ item, persona, stage, included, reason }) => ({
      cells: [
        escapeHtml(item),
        `${escapeHtml(persona)}<small>${escapeHtml(stage)}</small>`,
        included ? 'included' : '<b>excluded</b>',
        escapeHtml(reason),
      ],
    })),
  })
  return `<details><summary>Boundary: ${included} of ${boundary.length} items included</summary>${table}</details>`
}

function coefficients({ coefficients }: Account): string {
  if (coefficients.length === 0) return ''
  const table = tableHtml({
    label: 'Coefficients',
    caption: 'Every coefficient behind the scores.',
    columns: [
      { head: 'coefficient', words: true },
      { head: 'value' },
      { head: 'source', words: true },
    ],
    rows: coefficients.map((one) => ({
      cells: [
        `${escapeHtml(one.name)}<small>${escapeHtml(one.description)}</small>`,
        coefficientValue(one),
        escapeHtml(one.source),
      ],
    })),
  })
  return `<details><summary>Coefficients and their sources</summary>${table}</details>`
}

function coefficientValue({ value, low, high, unit }: Coefficient): string {
  const of = unit === '1' ? '' : ` ${escapeHtml(unit)}`
  const range = low === high ? '' : `<small>${significant(low)} to ${significant(high)}</small>`
  return `${significant(value)}${of}${range}`
}
