import { type Html, html } from '../markup.ts'
import { type Axis, axes, clip, linearAxis, logAxis, picture, px } from './axis.ts'

/** One candidate of the plot. Costs are positive; a candidate without a known cost is listed beside the plot. */
export interface ParetoPoint {
  readonly id: string
  readonly role: 'chosen' | 'incumbent' | 'meets' | 'other'
  readonly cost: { readonly value: number; readonly low: number; readonly high: number } | null
  readonly quality: { readonly value: number; readonly low: number; readonly high: number }
}

export interface ParetoChart {
  readonly points: readonly ParetoPoint[]
  /** Quality that is good enough; null where there is none to draw. */
  readonly bar: { readonly quality: number; readonly text: string } | null
  readonly costName: string
  readonly qualityName: string
  readonly costText: (value: number) => string
  readonly qualityText: (value: number) => string
}

const area = { left: 64, right: 700, top: 34, bottom: 340 }

/** Quality against cost (log scale, cheap on the left) with intervals, the bar, and every candidate named. */
export function paretoSvg(chart: ParetoChart): Html | null {
  const placed = chart.points.flatMap((point) =>
    point.cost ? [{ ...point, cost: point.cost }] : [],
  )
  if (placed.length === 0) return null
  const x = logAxis(
    placed.flatMap(({ cost }) => [cost.low, cost.value, cost.high].filter((one) => one > 0)),
    [area.left, area.right],
    chart.costText,
  )
  const qualities = placed.flatMap(({ quality }) => [quality.low, quality.high])
  const all = chart.bar ? [...qualities, chart.bar.quality] : qualities
  const y = linearAxis(all, [area.bottom, area.top], chart.qualityText, [0, 1])
  const names = { x: `${chart.costName} (log scale, cheaper to the left)`, y: chart.qualityName }
  const marks = placed.map((point) => mark(point, x, y))
  const labels = labelled(placed, x, y, barBox(chart, y))
  return picture(400, summary(chart), axes(x, y, area, names), barLine(chart, y), marks, labels)
}

function summary({ points, qualityName, costName, costText, qualityText }: ParetoChart): string {
  const each = points.map(({ id, cost, quality }) => {
    const at = cost ? costText(cost.value) : 'unknown cost'
    return `${id}: ${qualityText(quality.value)} at ${at}`
  })
  return `${qualityName} against ${costName}. ${each.join('; ')}.`
}

function barLine({ bar }: ParetoChart, y: Axis): Html | null {
  if (!bar || bar.quality < y.domain[0] || bar.quality > y.domain[1]) return null
  const at = px(y.at(bar.quality))
  return html`<line class="bar" x1="${area.left}" x2="${area.right}" y1="${at}" y2="${at}"/><text class="bar-text" x="${area.right}" y="${px(y.at(bar.quality) + 15)}" text-anchor="end">${bar.text}</text>`
}

type Placed = ParetoPoint & { readonly cost: NonNullable<ParetoPoint['cost']> }

function mark(point: Placed, x: Axis, y: Axis): Html {
  const cx = px(x.at(point.cost.value))
  const cy = px(y.at(point.quality.value))
  const left = px(x.at(Math.max(point.cost.low, x.domain[0])))
  const right = px(x.at(Math.min(point.cost.high, x.domain[1])))
  const top = px(y.at(point.quality.high))
  const bottom = px(y.at(point.quality.low))
  const radius = point.role === 'chosen' || point.role === 'incumbent' ? 7 : 5
  return html`<g class="pt ${point.role}"><line x1="${left}" x2="${right}" y1="${cy}" y2="${cy}"/><line x1="${cx}" x2="${cx}" y1="${top}" y2="${bottom}"/><circle cx="${cx}" cy="${cy}" r="${radius}"/></g>`
}

/** Points up to which each bears its name; more of them bear numbers, cheapest first, and the caller writes the key. */
export const namedPoints = 8

const roleWords = { chosen: ' (chosen)', incumbent: ' (incumbent)', meets: '', other: '' } as const

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** Names beside their points, moved until none covers another; those that matter most are placed first. */
function labelled(
  points: readonly Placed[],
  x: Axis,
  y: Axis,
  avoid: readonly Box[],
): readonly Html[] {
  const rank = { chosen: 0, incumbent: 1, meets: 2, other: 3 } as const
  const taken: Box[] = [
    ...points.map((point) => around(x.at(point.cost.value), y.at(point.quality.value), 6)),
    ...avoid,
  ]
  return [...points]
    .sort((a, b) => rank[a.role] - rank[b.role])
    .map((point) => {
      const text = labelOf(point, points)
      const place = freePlace(
        x.at(point.cost.value),
        y.at(point.quality.value),
        text.length * 7.2,
        taken,
      )
      taken.push(place.box)
      return html`<text class="label ${point.role}" x="${px(place.x)}" y="${px(place.y)}">${text}</text>`
    })
}

function labelOf(point: Placed, points: readonly Placed[]): string {
  const matters = point.role === 'chosen' || point.role === 'incumbent'
  if (points.length > namedPoints && !matters) return String(points.indexOf(point) + 1)
  return `${clip(point.id, 26)}${roleWords[point.role]}`
}

/** Where the name of the bar stands. */
function barBox({ bar }: ParetoChart, y: Axis): readonly Box[] {
  if (!bar) return []
  const at = y.at(bar.quality)
  return [
    { left: area.right - bar.text.length * 7, right: area.right, top: at + 3, bottom: at + 18 },
  ]
}

const around = (cx: number, cy: number, r: number): Box => ({
  left: cx - r,
  right: cx + r,
  top: cy - r,
  bottom: cy + r,
})

function freePlace(
  cx: number,
  cy: number,
  width: number,
  taken: readonly Box[],
): { readonly x: number; readonly y: number; readonly box: Box } {
  const offsets = [-12, 20, -28, 36, -44, 52, -60, 68, -76, 84]
  const lefts = [cx + 10, cx - width - 10, cx - width / 2]
  for (const dy of offsets) {
    for (const left of lefts) {
      const y = cy + dy
      const box = { left, right: left + width, top: y - 11, bottom: y + 3 }
      const inside =
        box.left >= area.left &&
        box.right <= area.right &&
        box.top >= area.top - 6 &&
        box.bottom <= area.bottom
      if (inside && !taken.some((other) => overlap(box, other))) return { x: left, y, box }
    }
  }
  const left = Math.min(Math.max(cx + 10, area.left), area.right - width)
  return { x: left, y: cy - 12, box: { left, right: left + width, top: cy - 23, bottom: cy - 9 } }
}
