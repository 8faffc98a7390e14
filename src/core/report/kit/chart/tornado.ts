import { type Html, html } from '../markup.ts'
import { axes, clip, linearAxis, picture, px } from './axis.ts'

export interface TornadoRow {
  readonly factor: string
  readonly atLow: number
  readonly atHigh: number
}

export interface TornadoChart {
  readonly rows: readonly TornadoRow[]
  /** The result with every factor in its middle; null where it is not known. */
  readonly base: number | null
  readonly axisName: string
  readonly text: (value: number) => string
}

const [left, right, top, rowHeight] = [270, 690, 14, 28]

/** How far the result goes when one factor goes to its low and its high end and the others stay; widest first. */
export function tornadoSvg({ rows, base, axisName, text }: TornadoChart): Html | null {
  if (rows.length === 0) return null
  const bottom = top + rows.length * rowHeight
  const ends = rows.flatMap(({ atLow, atHigh }) => [atLow, atHigh])
  const x = linearAxis(base === null ? ends : [...ends, base], [left, right], text)
  const bars = rows.map((row, i) => {
    const y = top + i * rowHeight + 5
    const middle = base ?? (row.atLow + row.atHigh) / 2
    const name = html`<text class="label" x="${left - 12}" y="${y + 13}" text-anchor="end">${clip(row.factor, 36)}</text>`
    return html`${name}${half('fill-b', x.at(middle), x.at(row.atLow), y)}${half('fill-a', x.at(middle), x.at(row.atHigh), y)}`
  })
  const mark = (value: number, kind: string): Html | null =>
    value < x.domain[0] || value > x.domain[1]
      ? null
      : html`<line class="${kind}" x1="${px(x.at(value))}" x2="${px(x.at(value))}" y1="${top - 6}" y2="${bottom}"/>`
  const label = rows
    .map(
      (row) => `${row.factor}: ${text(row.atLow)} at its low end, ${text(row.atHigh)} at its high`,
    )
    .join('; ')
  const frame = axes(x, null, { left, right, top: top - 6, bottom }, { x: axisName })
  const marks = [mark(0, 'bar'), bars, base === null ? null : mark(base, 'zero')]
  return picture(bottom + 46, `${axisName}. ${label}.`, frame, marks)
}

const half = (kind: string, from: number, to: number, y: number): Html =>
  html`<rect class="${kind}" x="${px(Math.min(from, to))}" y="${y}" width="${px(Math.max(1, Math.abs(to - from)))}" height="18"/>`
