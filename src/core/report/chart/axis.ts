import { scaleLinear, scaleLog } from 'd3-scale'
import { escapeHtml } from '../escape.ts'

/** A scale of a chart with the ticks that it shows. */
export interface Axis {
  at(value: number): number
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
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
  return { at: (value) => scale(value), ticks, domain }
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
  const decades = scale
    .ticks(6)
    .filter((value) => Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6))
  const shown = decades.length >= 2 ? decades : scale.ticks(4)
  return {
    at: (value) => scale(value),
    ticks: shown.map((value) => ({ at: scale(value), text: text(value) })),
    domain,
  }
}

/** Number for an SVG attribute. */
export const px = (value: number): string => String(Math.round(value * 10) / 10)

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
): string {
  const vertical = x.ticks.map(
    ({ at, text }) =>
      `<line class="grid" x1="${px(at)}" x2="${px(at)}" y1="${area.top}" y2="${area.bottom}"/><text class="tick" x="${px(at)}" y="${area.bottom + 18}" text-anchor="middle">${escapeHtml(text)}</text>`,
  )
  const horizontal = (y?.ticks ?? []).map(
    ({ at, text }) =>
      `<line class="grid" x1="${area.left}" x2="${area.right}" y1="${px(at)}" y2="${px(at)}"/><text class="tick" x="${area.left - 8}" y="${px(at + 4)}" text-anchor="end">${escapeHtml(text)}</text>`,
  )
  const xName = `<text class="axis" x="${(area.left + area.right) / 2}" y="${area.bottom + 38}" text-anchor="middle">${escapeHtml(names.x)}</text>`
  const yName = names.y
    ? `<text class="axis" x="${area.left}" y="${area.top - 12}" text-anchor="start">${escapeHtml(names.y)}</text>`
    : ''
  return [...vertical, ...horizontal, xName, yName].join('')
}
