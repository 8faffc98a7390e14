import { type Html, html } from '../markup.ts'
import { type Axis, axes, clip, picture, px } from './axis.ts'

export interface IntervalLine {
  readonly name: string
  readonly role: 'chosen' | 'incumbent' | 'other'
  readonly value: number
  readonly low: number
  readonly high: number
  readonly text: string
}

export interface IntervalRowsChart {
  readonly rows: readonly IntervalLine[]
  /** Made by `linearAxis` or `logAxis` over `intervalRange`. */
  readonly axis: Axis
  readonly axisName: string
  /** A value that everything is read against: a margin, no difference. */
  readonly limit: number
  readonly limitText: string
}

/** Pixels from left to right that the axis has to span. */
export const intervalRange: readonly [number, number] = [12, 700]
const [left, right] = intervalRange
const [top, rowHeight] = [26, 46]
/** Characters that fit between the edges at 13 px in a system font, name and text together. */
const lineLength = 96

/** A dot and its interval per row against a line that is drawn through all; names stand over their rows, so long ones have room. */
export function intervalRowsSvg(chart: IntervalRowsChart): Html | null {
  const { rows, axis, axisName, limit, limitText } = chart
  if (rows.length === 0) return null
  const bottom = top + rows.length * rowHeight
  const area = { left, right, top, bottom }
  const label = rows.map(({ name, text }) => `${name}: ${text}`).join('; ')
  const lines = rows.map((row, i) => drawn(row, chart, top + i * rowHeight))
  const at = axis.at(limit)
  const named = html`<text class="bar-text" x="${px(at)}" y="13" text-anchor="${anchorAt(at)}">${limitText}</text>`
  const frame = axes(axis, null, area, { x: axisName })
  return picture(bottom + 46, `${axisName}. ${limitText}. ${label}.`, frame, named, lines)
}

/** Texts near an edge grow away from it. */
const anchorAt = (x: number): 'start' | 'middle' | 'end' =>
  x < left + 90 ? 'start' : x > right - 90 ? 'end' : 'middle'

/** The line of the limit is drawn beside the interval only: through the name above it would strike it out. */
function drawn(row: IntervalLine, { axis, limit }: IntervalRowsChart, y: number): Html {
  const { name, role, text } = row
  const at = (value: number): string => px(axis.at(within(value, axis)))
  const middle = px(y + 32)
  return html`<line class="limit" x1="${at(limit)}" x2="${at(limit)}" y1="${px(y + 22)}" y2="${px(y + 42)}"/><g class="pt ${role}"><text class="label ${role}" x="0" y="${px(y + 16)}">${clip(name, Math.min(72, lineLength - text.length))}<tspan class="tick" dx="8">${text}</tspan></text><line class="range" x1="${at(row.low)}" x2="${at(row.high)}" y1="${middle}" y2="${middle}"/><circle cx="${at(row.value)}" cy="${middle}" r="5.5"/></g>`
}

const within = (value: number, { domain }: Axis): number =>
  Math.min(Math.max(value, domain[0]), domain[1])
