import { type Html, html } from '../markup.ts'
import { axes, clip, linearAxis, picture, px } from './axis.ts'

/** One candidate's loss: expected, and the most it is at the stated level. In points; positive is worse. */
export interface ForestRow {
  readonly id: string
  readonly role: 'chosen' | 'meets' | 'other'
  readonly expected: number
  readonly upper: number
}

export interface ForestChart {
  readonly rows: readonly ForestRow[]
  /** Loss that is allowed, in points. */
  readonly limit: number
  readonly limitText: string
  readonly axisName: string
}

const rowHeight = 34
const left = 200
const right = 640

/** Expected loss (dot) and its upper bound (end of the line) of every candidate, against the line that is allowed. */
export function forestSvg(chart: ForestChart): Html | null {
  if (chart.rows.length === 0) return null
  const bottom = 30 + chart.rows.length * rowHeight
  const values = [0, chart.limit, ...chart.rows.flatMap((row) => [row.expected, row.upper])]
  const x = linearAxis(values, [left, right], (value) => String(Math.round(value * 10) / 10))
  const area = { left, right, top: 24, bottom }
  const limit = html`<line class="bar" x1="${px(x.at(chart.limit))}" x2="${px(x.at(chart.limit))}" y1="18" y2="${bottom}"/><text class="bar-text" x="${px(x.at(chart.limit))}" y="13" text-anchor="middle">${chart.limitText}</text>`
  const rows = chart.rows.map((row, i) => line(row, x.at, 24 + (i + 0.5) * rowHeight))
  const label = chart.rows
    .map((row) => `${row.id}: expected ${row.expected.toFixed(1)}, at most ${row.upper.toFixed(1)}`)
    .join('; ')
  const frame = axes(x, null, area, { x: chart.axisName })
  return picture(bottom + 46, `${chart.axisName}. ${label}.`, frame, limit, rows)
}

function line(row: ForestRow, at: (value: number) => number, y: number): Html {
  const name = clip(row.id, 22)
  const end = at(row.upper)
  return html`<g class="pt ${row.role}"><text class="label ${row.role}" x="${left - 12}" y="${px(y + 4)}" text-anchor="end">${name}</text><line x1="${px(at(row.expected))}" x2="${px(end)}" y1="${px(y)}" y2="${px(y)}"/><line x1="${px(end)}" x2="${px(end)}" y1="${px(y - 6)}" y2="${px(y + 6)}"/><circle cx="${px(at(row.expected))}" cy="${px(y)}" r="5"/><text class="tick" x="${px(end)}" y="${px(y - 9)}" text-anchor="middle">${row.upper.toFixed(1)}</text></g>`
}
