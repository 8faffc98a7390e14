import { type Html, html } from '../markup.ts'
import { clip, linearAxis, logAxis, picture, px } from './axis.ts'

/** A quantity at one step; low and high where it has an interval. */
export interface StepValue {
  readonly value: number
  readonly low?: number
  readonly high?: number
  readonly text: string
}

export interface ShrinkStep {
  readonly name: string
  /** One per column of the chart; null: not measured. The first step has all, and they are above 0. */
  readonly values: readonly (StepValue | null)[]
}

export interface ShrinkStepsChart {
  /** What each column shows; at most two have room. */
  readonly columns: readonly string[]
  readonly steps: readonly ShrinkStep[]
  /**
   * `left`: what is left after each step, from 0, with the part that it took away in a paler tone. `times`: how many times less than at
   * first, logarithmic, so that factors are lengths and every step is seen however little is left.
   */
  readonly shows: 'left' | 'times'
}

const [top, rowHeight, barHeight] = [30, 48, 16]
const wide = 720
/** Room beside a bar for its text. */
const textRoom = 152
const gap = 24

/** Waterfall of what shrinks, one column per quantity; what a step added is in the tone of a warning. Names stand over their bars. */
export function shrinkStepsSvg({ columns, steps, shows }: ShrinkStepsChart): Html | null {
  if (steps.length === 0) return null
  const each = (wide - gap * (columns.length - 1)) / columns.length
  const parts = columns.map((column, at) => {
    const left = at * (each + gap)
    const head = html`<text class="axis" x="${px(left)}" y="14">${clip(column, 52)}</text>`
    const values = steps.map(({ values }) => values[at] ?? null)
    return html`${head}${barsOf(values, shows, [left, left + each - textRoom])}`
  })
  const names = steps.map(
    ({ name }, i) =>
      html`<text class="label${i === steps.length - 1 ? ' chosen' : ''}" x="0" y="${top + i * rowHeight + 14}">${clip(name, 92)}</text>`,
  )
  return picture(top + steps.length * rowHeight, labelOf(columns, steps), names, parts)
}

const labelOf = (columns: readonly string[], steps: readonly ShrinkStep[]): string =>
  steps
    .map(({ name, values }) => {
      const figures = values.map((each, at) => `${columns[at]}: ${each?.text ?? 'not measured'}`)
      return `${name}: ${figures.join(', ')}`
    })
    .join('; ')

type Edges = readonly [number, number]

function barsOf(
  values: readonly (StepValue | null)[],
  shows: ShrinkStepsChart['shows'],
  edges: Edges,
): readonly Html[] {
  const at = shows === 'left' ? fromZero(values, edges) : fromFirst(values, edges)
  let before: number | null = null
  return values.map((each, i) => {
    const y = top + i * rowHeight + 20
    if (each === null)
      return html`<text class="tick" x="${px(edges[0])}" y="${y + 12}">not measured</text>`
    const drawn = bar(each, before, { at, left: edges[0], y, shows })
    before = each.value
    return drawn
  })
}

const extremes = (values: readonly (StepValue | null)[]): readonly number[] =>
  values.flatMap((each) =>
    each ? [each.value, each.low ?? each.value, each.high ?? each.value] : [],
  )

/** Begins at 0 exactly; the room that an axis leaves at its ends would hide that. */
function fromZero(values: readonly (StepValue | null)[], edges: Edges): Place['at'] {
  const most = Math.max(...extremes(values))
  return linearAxis([0, most], edges, String, [0, most]).at
}

/** Begins at the first value, the smallest at the other edge. */
function fromFirst(values: readonly (StepValue | null)[], [left, right]: Edges): Place['at'] {
  const first = values[0]?.value ?? 1
  const ratios = extremes(values).map((value) => first / value)
  const { at } = logAxis([1, ...ratios], [0, 1], String)
  const [from, to] = [at(Math.min(1, ...ratios)), at(Math.max(1, ...ratios))]
  return (value) => left + ((at(first / value) - from) / (to - from || 1)) * (right - left)
}

interface Place {
  at(value: number): number
  readonly left: number
  readonly y: number
  readonly shows: ShrinkStepsChart['shows']
}

function bar(each: StepValue, before: number | null, place: Place): Html {
  const { at, y } = place
  const boxes = (place.shows === 'left' ? leftBoxes : timesBoxes)(each.value, before, place)
  const ends = [each.value, before ?? each.value, each.low ?? each.value, each.high ?? each.value]
  const text = Math.max(...ends.map((value) => at(value))) + 8
  const words = html`<text class="tick" x="${px(text)}" y="${y + 12}">${each.text}</text>`
  return html`${boxes}${whisker(each, at, y)}${words}`
}

/** Solid what remains; pale what was taken away. */
function leftBoxes(value: number, before: number | null, { at, left, y }: Place): Html {
  const [now, then] = [at(value), at(before ?? value)]
  const kept = box(before === null ? 'fill-b' : 'fill-a', left, Math.min(now, then), y)
  if (now < then - 0.5) return html`${kept}${box('gone', now, then, y)}`
  return now > then + 0.5 ? html`${kept}${box('added', then, now, y)}` : kept
}

/** Pale what the steps before saved, solid what this one saved beside it. */
function timesBoxes(value: number, before: number | null, { at, left, y }: Place): Html {
  if (before === null) return box('fill-b', at(value), at(value), y)
  const [now, then] = [at(value), at(before)]
  const earlier =
    Math.min(now, then) > left + 0.5 ? box('gone', left, Math.min(now, then), y) : null
  if (now > then) return html`${earlier}${box('fill-a', then, now, y)}`
  return html`${earlier}${now < then - 0.5 ? box('added', now, then, y) : null}`
}

const box = (kind: string, from: number, to: number, y: number): Html =>
  html`<rect class="${kind}" x="${px(from)}" y="${y}" width="${px(Math.max(1.5, to - from))}" height="${barHeight}" rx="2"/>`

function whisker({ low, high }: StepValue, at: Place['at'], y: number): Html | null {
  if (low === undefined || high === undefined) return null
  const [a, b, middle] = [px(at(low)), px(at(high)), y + barHeight / 2]
  const end = (x: string) =>
    html`<line class="range-end" x1="${x}" x2="${x}" y1="${y + 3}" y2="${y + barHeight - 3}"/>`
  return html`<line class="range-end" x1="${a}" x2="${b}" y1="${middle}" y2="${middle}"/>${end(a)}${end(b)}`
}
