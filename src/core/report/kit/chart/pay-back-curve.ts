import { area, line } from 'd3-shape'
import { type Html, html, trusted } from '../markup.ts'
import { axes, linearAxis, picture, px } from './axis.ts'

export interface CurvePoint {
  readonly month: number
  readonly low: number
  readonly value: number
  readonly high: number
}

export interface CurveChart {
  readonly points: readonly CurvePoint[]
  readonly axisName: string
  readonly text: (value: number) => string
}

const plot = { left: 96, right: 690, top: 34, bottom: 250 }

/** Net saving over the months with its band; where it crosses 0 what was spent has been paid back. */
export function payBackSvg({ points, axisName, text }: CurveChart): Html | null {
  const last = points.at(-1)
  if (points.length < 2 || !last) return null
  const months = points.map(({ month }) => month)
  const x = linearAxis(
    months,
    [plot.left, plot.right],
    (month) => String(Math.round(month * 10) / 10),
    [0, last.month],
  )
  const y = linearAxis(
    [0, ...points.flatMap(({ low, high }) => [low, high])],
    [plot.bottom, plot.top],
    text,
  )
  const band = area<CurvePoint>()
    .digits(1)
    .x(({ month }) => x.at(month))
    .y0(({ low }) => y.at(low))
    .y1(({ high }) => y.at(high))([...points])
  const middle = line<CurvePoint>()
    .digits(1)
    .x(({ month }) => x.at(month))
    .y(({ value }) => y.at(value))([...points])
  const zero = px(y.at(0))
  const label = `${axisName}: ${text(points[0]?.value ?? 0)} at the start, ${text(last.value)} (${text(last.low)} to ${text(last.high)}) after ${last.month} months.`
  const frame = axes(x, y, plot, { x: 'months', y: axisName })
  const curve = html`<path class="band" d="${trusted(band ?? '')}"/><line class="zero" x1="${plot.left}" x2="${plot.right}" y1="${zero}" y2="${zero}"/><path class="curve" d="${trusted(middle ?? '')}"/>`
  return picture(300, label, frame, curve)
}
