import { scaleLinear, scaleLog } from 'd3-scale'
import { cut, type Html, type HtmlContent, html } from '../markup.ts'

interface Tick {
  readonly at: number
  readonly text: string
}

/** A scale of a chart with the ticks that it shows. */
export interface Axis {
  at(value: number): number
  readonly ticks: readonly Tick[]
  readonly domain: readonly [number, number]
}

type Range = readonly [number, number]

/** Linear axis over the values with a little room at both ends; `within` bounds what can occur (0..1 for shares). */
export function linearAxis(
  values: readonly number[],
  range: Range,
  text: (value: number) => string,
  within: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Axis {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const room = (high - low || Math.abs(high) || 1) * 0.08
  const domain: [number, number] = [
    Math.max(within[0], low - room),
    Math.min(within[1], high + room),
  ]
  const scale = scaleLinear()
    .domain(domain)
    .range([...range])
  const ticks = scale.ticks(5).map((value) => ({ at: scale(value), text: text(value) }))
  const horizontal = range[0] < range[1]
  const shown = horizontal ? apart(distinct(ticks)) : distinct(ticks)
  return { at: (value) => scale(value), ticks: shown, domain }
}

/** Log axis over positive values, at least one decade wide so that equal costs do not look far apart. */
export function logAxis(
  values: readonly number[],
  range: Range,
  text: (value: number) => string,
): Axis {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const middle = Math.sqrt(low * high)
  const half = Math.max(Math.sqrt(10), Math.sqrt(high / low) * 1.4)
  const domain: [number, number] = [middle / half, middle * half]
  const scale = scaleLog()
    .domain(domain)
    .range([...range])
  const shown = logTicks(scale.ticks(6), Math.log10(domain[1] / domain[0]))
  const ticks = shown.map((value) => ({ at: scale(value), text: text(value) }))
  return { at: (value) => scale(value), ticks: apart(distinct(ticks)), domain }
}

/** Over many decades their powers of ten; over few also 2 and 5 times those. */
function logTicks(ticks: readonly number[], decades: number): readonly number[] {
  const leading = (value: number): number =>
    Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9))
  const wanted = decades > 2.5 ? [1] : [1, 2, 5]
  return ticks.filter((value) => wanted.includes(leading(value)))
}

/** Rounded labels may come out equal: the first of equals stays. */
const distinct = (ticks: readonly Tick[]): readonly Tick[] =>
  ticks.filter(({ text }, i) => ticks.findIndex((other) => other.text === text) === i)

/** Usual width of one character of a tick label at 12 px in a system font. */
const tickCharacter = 7

/** Leaves out the labels that would touch the one before. */
function apart(ticks: readonly Tick[]): readonly Tick[] {
  const kept: Tick[] = []
  for (const tick of ticks) {
    const last = kept.at(-1)
    const need = last ? ((last.text.length + tick.text.length) / 2) * tickCharacter + 10 : 0
    if (!last || tick.at - last.at >= need) kept.push(tick)
  }
  return kept
}

/** Number for an SVG attribute. */
export const px = (value: number): string => String(Math.round(value * 10) / 10)

/** Text of at most `length` characters. */
export const clip = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

/** A chart that reads as one picture with a text of its own. */
export const picture = (height: number, label: string, ...content: readonly HtmlContent[]): Html =>
  html`<svg class="chart" viewBox="0 0 720 ${px(height)}" role="img" aria-label="${cut(label, 2000)}">${content}</svg>`

/** Grid lines and tick labels of a plot area [left, right] x [top, bottom]. */
export function axes(
  x: Axis,
  y: Axis | null,
  area: {
    readonly left: number
    readonly right: number
    readonly top: number
    readonly bottom: number
  },
  names: { readonly x: string; readonly y?: string },
): Html {
  const vertical = x.ticks.map(
    ({ at, text }) =>
      html`<line class="grid" x1="${px(at)}" x2="${px(at)}" y1="${px(area.top)}" y2="${px(area.bottom)}"/><text class="tick" x="${px(at)}" y="${px(area.bottom + 18)}" text-anchor="middle">${text}</text>`,
  )
  const horizontal = (y?.ticks ?? []).map(
    ({ at, text }) =>
      html`<line class="grid" x1="${px(area.left)}" x2="${px(area.right)}" y1="${px(at)}" y2="${px(at)}"/><text class="tick" x="${px(area.left - 8)}" y="${px(at + 4)}" text-anchor="end">${text}</text>`,
  )
  const xName = html`<text class="axis" x="${px((area.left + area.right) / 2)}" y="${px(area.bottom + 38)}" text-anchor="middle">${names.x}</text>`
  const yName = names.y
    ? html`<text class="axis" x="${px(area.left)}" y="${px(area.top - 12)}" text-anchor="start">${names.y}</text>`
    : null
  return html`${[vertical, horizontal, xName, yName]}`
}
