import { type Html, html } from '../markup.ts'
import { axes, clip, logAxis, picture, px } from './axis.ts'

export interface IntervalRow {
  readonly id: string
  readonly role: 'chosen' | 'incumbent' | 'meets' | 'other'
  readonly low: number
  readonly value: number
  readonly high: number
}

export interface IntervalChart {
  readonly rows: readonly IntervalRow[]
  readonly axisName: string
  readonly text: (value: number) => string
}

const [left, right, top, rowHeight] = [190, 690, 16, 34]

/** One line per candidate from low to high with the central value on it; logarithmic, so that ratios are lengths. */
export function intervalBarsSvg({ rows, axisName, text }: IntervalChart): Html | null {
  const positive = rows.flatMap((row) => [row.low, row.value, row.high]).filter((each) => each > 0)
  const shown = rows.filter((row) => row.value > 0)
  if (shown.length === 0) return null
  const x = logAxis(positive, [left, right], text)
  const at = (value: number): number => x.at(Math.max(value, x.domain[0]))
  const bottom = top + shown.length * rowHeight
  const lines = shown.map((row, i) => {
    const y = top + (i + 0.5) * rowHeight
    return html`<g class="pt ${row.role}"><text class="label ${row.role}" x="${left - 14}" y="${px(y + 4)}" text-anchor="end">${clip(row.id, 22)}</text><line class="range" x1="${px(at(row.low))}" x2="${px(at(row.high))}" y1="${px(y)}" y2="${px(y)}"/><circle cx="${px(at(row.value))}" cy="${px(y)}" r="5.5"/><text class="tick" x="${px(at(row.value))}" y="${px(y - 9)}" text-anchor="middle">${text(row.value)}</text></g>`
  })
  const label = shown
    .map((row) => `${row.id}: ${text(row.value)}, ${text(row.low)} to ${text(row.high)}`)
    .join('; ')
  const frame = axes(x, null, { left, right, top: top - 8, bottom }, { x: axisName })
  return picture(bottom + 46, `${axisName}. ${label}.`, frame, lines)
}
