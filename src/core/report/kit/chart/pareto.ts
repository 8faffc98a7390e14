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
  const lines = placed.flatMap((point) => intervalBoxes(point, x, y))
  const name = barName(chart, y, lines)
  const labels = labelled(placed, x, y, { name: name ? [name.box] : [], lines })
  return picture(
    400,
    summary(chart),
    axes(x, y, area, names),
    barLine(chart, y, name),
    marks,
    labels,
  )
}

function summary({ points, qualityName, costName, costText, qualityText }: ParetoChart): string {
  const each = points.map(({ id, cost, quality }) => {
    const at = cost ? costText(cost.value) : 'unknown cost'
    return `${id}: ${qualityText(quality.value)} at ${at}`
  })
  return `${qualityName} against ${costName}. ${each.join('; ')}.`
}

function barLine({ bar }: ParetoChart, y: Axis, name: BarName | null): Html | null {
  if (!bar || !name || bar.quality < y.domain[0] || bar.quality > y.domain[1]) return null
  const at = px(y.at(bar.quality))
  return html`<line class="bar" x1="${area.left}" x2="${area.right}" y1="${at}" y2="${at}"/><text class="bar-text" x="${name.x}" y="${px(y.at(bar.quality) + 15)}" text-anchor="${name.anchor}">${bar.text}</text>`
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
  avoid: { readonly name: readonly Box[]; readonly lines: readonly Box[] },
): readonly Html[] {
  const rank = { chosen: 0, incumbent: 1, meets: 2, other: 3 } as const
  const taken: Box[] = [
    ...points.map((point) => around(x.at(point.cost.value), y.at(point.quality.value), 6)),
    ...avoid.name,
  ]
  return [...points]
    .sort((a, b) => rank[a.role] - rank[b.role])
    .map((point) => {
      const text = labelOf(point, points)
      const place = freePlace(
        x.at(point.cost.value),
        y.at(point.quality.value),
        text.length * (point.role === 'chosen' || point.role === 'incumbent' ? 8 : 7.2),
        { taken, lines: avoid.lines },
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

interface BarName {
  readonly x: number
  readonly anchor: 'start' | 'end'
  readonly box: Box
}

/** Where the name of the bar stands: at the right end, or at the left where an interval would cross it there. */
function barName({ bar }: ParetoChart, y: Axis, lines: readonly Box[]): BarName | null {
  if (!bar) return null
  const width = bar.text.length * 7
  const tall = { top: y.at(bar.quality) + 3, bottom: y.at(bar.quality) + 18 }
  const right = { left: area.right - width, right: area.right, ...tall }
  const left = { left: area.left, right: area.left + width, ...tall }
  const crossed = (box: Box): boolean => lines.some((line) => overlap(line, box))
  return crossed(right) && !crossed(left)
    ? { x: area.left + 4, anchor: 'start', box: left }
    : { x: area.right, anchor: 'end', box: right }
}

/** What the two interval lines of a point cover. */
function intervalBoxes({ cost, quality }: Placed, x: Axis, y: Axis): readonly Box[] {
  const [cx, cy] = [x.at(cost.value), y.at(quality.value)]
  const across = { left: x.at(Math.max(cost.low, x.domain[0])), right: x.at(cost.high) }
  return [
    { left: cx - 2, right: cx + 2, top: y.at(quality.high), bottom: y.at(quality.low) },
    { ...across, top: cy - 2, bottom: cy + 2 },
  ]
}

const around = (cx: number, cy: number, r: number): Box => ({
  left: cx - r,
  right: cx + r,
  top: cy - r,
  bottom: cy + r,
})

const isInside = (box: Box): boolean =>
  box.left >= area.left &&
  box.right <= area.right &&
  box.top >= area.top - 6 &&
  box.bottom <= area.bottom

function freePlace(
  cx: number,
  cy: number,
  width: number,
  { taken, lines }: { readonly taken: readonly Box[]; readonly lines: readonly Box[] },
): { readonly x: number; readonly y: number; readonly box: Box } {
  const offsets = [-12, 20, -28, 36, -44, 52, -60, 68, -76, 84]
  const lefts = [cx + 10, cx - width - 10, cx - width / 2]
  const places = offsets.flatMap((dy) =>
    lefts.map((left) => {
      const y = cy + dy
      return { x: left, y, box: { left, right: left + width, top: y - 11, bottom: y + 3 } }
    }),
  )
  const free = places.filter(({ box }) => isInside(box) && !taken.some((one) => overlap(box, one)))
  // Near the point is worth more than clear of the interval of another.
  const near = free.filter((place) => Math.abs(place.y - cy) <= 36)
  const best = near.find(({ box }) => !lines.some((line) => overlap(box, line))) ?? free[0]
  if (best) return best
  const left = Math.min(Math.max(cx + 10, area.left), area.right - width)
  return { x: left, y: cy - 12, box: { left, right: left + width, top: cy - 23, bottom: cy - 9 } }
}
