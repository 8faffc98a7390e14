import { escapeHtml } from '../escape.ts'
import { clip, linearAxis, px, svgOpen } from './axis.ts'

/** A quantity at one step; low and high where it has an interval. */
export interface StepValue {
  readonly value: number
  readonly low?: number
  readonly high?: number
  readonly text: string
}

export interface ShrinkStep {
  readonly name: string
  /** One per column of the chart; null: not measured. */
  readonly values: readonly (StepValue | null)[]
}

export interface ShrinkStepsChart {
  /** What each column shows; at most two have room. */
  readonly columns: readonly string[]
  readonly steps: readonly ShrinkStep[]
}

const [top, rowHeight, barHeight] = [30, 48, 16]
const wide = 720
/** Room beside a bar for its text. */
const textRoom = 152
const gap = 24

/**
 * What is left after each step, from 0, with the part that the step took away in a paler tone, and the part that it added in the tone of a
 * warning. One column per quantity, each on its own linear scale; the name of the step stands over its bars.
 */
export function shrinkStepsSvg({ columns, steps }: ShrinkStepsChart): string {
  if (steps.length === 0) return ''
  const each = (wide - gap * (columns.length - 1)) / columns.length
  const parts = columns.map((column, at) => {
    const left = at * (each + gap)
    const head = `<text class="axis" x="${px(left)}" y="14">${escapeHtml(clip(column, 52))}</text>`
    return `${head}${barsOf(steps, at, [left, left + each - textRoom])}`
  })
  const names = steps.map(
    ({ name }, i) =>
      `<text class="label${i === steps.length - 1 ? ' chosen' : ''}" x="0" y="${top + i * rowHeight + 14}">${escapeHtml(clip(name, 96))}</text>`,
  )
  return `${svgOpen(top + steps.length * rowHeight, labelOf(columns, steps))}${names.join('')}${parts.join('')}</svg>`
}

const labelOf = (columns: readonly string[], steps: readonly ShrinkStep[]): string =>
  steps
    .map(({ name, values }) => {
      const figures = values.map((each, at) => `${columns[at]}: ${each?.text ?? 'not measured'}`)
      return `${name}: ${figures.join(', ')}`
    })
    .join('; ')

function barsOf(
  steps: readonly ShrinkStep[],
  column: number,
  [left, right]: readonly [number, number],
): string {
  const values = steps.map(({ values }) => values[column] ?? null)
  const most = Math.max(...values.map((each) => Math.max(each?.value ?? 0, each?.high ?? 0)), 0)
  if (most === 0) return ''
  // Bars begin at 0 exactly; the room that an axis leaves at its ends would hide that.
  const at = linearAxis([0, most], [left, right], String, [0, most]).at
  let before: number | null = null
  return values
    .map((each, i) => {
      const y = top + i * rowHeight + 20
      const drawn =
        each === null ? missing(left, y) : bar(each, before, { at, left, y, first: i === 0 })
      before = each?.value ?? before
      return drawn
    })
    .join('')
}

const missing = (left: number, y: number): string =>
  `<text class="tick" x="${px(left)}" y="${y + 12}">not measured</text>`

interface Place {
  at(value: number): number
  readonly left: number
  readonly y: number
  readonly first: boolean
}

function bar(each: StepValue, before: number | null, { at, left, y, first }: Place): string {
  const [now, then] = [at(each.value), at(before ?? each.value)]
  const box = (kind: string, from: number, to: number) =>
    `<rect class="${kind}" x="${px(from)}" y="${y}" width="${px(Math.max(1.5, to - from))}" height="${barHeight}" rx="2"/>`
  const kept = box(first ? 'fill-b' : 'fill-a', left, Math.min(now, then))
  const change =
    now < then - 0.5 ? box('gone', now, then) : now > then + 0.5 ? box('added', then, now) : ''
  const text = `<text class="tick" x="${px(Math.max(now, then, at(each.high ?? 0)) + 8)}" y="${y + 12}">${escapeHtml(each.text)}</text>`
  return `${kept}${change}${whisker(each, at, y)}${text}`
}

function whisker({ low, high }: StepValue, at: Place['at'], y: number): string {
  if (low === undefined || high === undefined) return ''
  const [a, b, middle] = [px(at(low)), px(at(high)), y + barHeight / 2]
  const end = (x: string) =>
    `<line class="range-end" x1="${x}" x2="${x}" y1="${y + 3}" y2="${y + barHeight - 3}"/>`
  return `<line class="range-end" x1="${a}" x2="${b}" y1="${middle}" y2="${middle}"/>${end(a)}${end(b)}`
}
