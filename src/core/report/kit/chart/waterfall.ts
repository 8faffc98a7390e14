import { type Html, html } from '../markup.ts'
import { clip, linearAxis, picture, px } from './axis.ts'

export interface WaterfallChart {
  readonly steps: readonly { readonly name: string; readonly value: number }[]
  readonly total: number
  readonly totalName: string
  readonly text: (value: number) => string
}

const [left, right, top, rowHeight] = [250, 620, 12, 32]

/** Steps that add up, each starting where the one before ends; the total below them, from 0. */
export function waterfallSvg({ steps, total, totalName, text }: WaterfallChart): Html | null {
  let reached = 0
  const rows = steps.map(({ name, value }) => {
    const from = reached
    reached += value
    return { name, value, from, to: reached, kind: 'fill-b' }
  })
  rows.push({ name: totalName, value: total, from: 0, to: total, kind: 'fill-a' })
  const x = linearAxis([0, ...rows.map((row) => row.to)], [left, right], text)
  const bars = rows.map((row, i) => {
    const [a, b] = [x.at(Math.min(row.from, row.to)), x.at(Math.max(row.from, row.to))]
    const y = top + i * rowHeight
    const next = i < rows.length - 2 ? x.at(row.to) : null
    const link =
      next === null
        ? null
        : html`<line class="link" x1="${px(next)}" x2="${px(next)}" y1="${y + 20}" y2="${y + rowHeight}"/>`
    const weight = i === rows.length - 1 ? ' chosen' : ''
    return html`<text class="label${weight}" x="${left - 12}" y="${y + 15}" text-anchor="end">${clip(row.name, 34)}</text><rect class="${row.kind}" x="${px(a)}" y="${y}" width="${px(Math.max(1.5, b - a))}" height="20" rx="2"/><text class="tick" x="${px(b + 8)}" y="${y + 15}">${text(row.value)}</text>${link}`
  })
  const label = rows.map((row) => `${row.name}: ${text(row.value)}`).join('; ')
  const height = top + rows.length * rowHeight
  const zero = html`<line class="zero" x1="${px(x.at(0))}" x2="${px(x.at(0))}" y1="4" y2="${height - 6}"/>`
  return picture(height, label, zero, bars)
}
