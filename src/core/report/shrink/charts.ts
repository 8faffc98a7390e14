import type { Compression, MeasuredCost, PathStep, Trial } from '../../result/compression.ts'
import { linearAxis, logAxis } from '../kit/chart/axis.ts'
import { type IntervalLine, intervalRange, intervalRowsSvg } from '../kit/chart/interval-rows.ts'
import { type ShrinkStep, type StepValue, shrinkStepsSvg } from '../kit/chart/shrink-steps.ts'
import type { Html } from '../kit/markup.ts'
import { bytes, points, significant } from '../kit/number.ts'
import {
  atMost,
  chosenFinalist,
  factorRange,
  factorText,
  lossText,
  marginText,
  sizeWords,
  times,
} from './figures.ts'

const stepName = ({ pass, text }: PathStep, at: number): string =>
  at === 0 ? 'incumbent' : `${at}. ${pass}: ${text}`

/** Factor from which what is left could not be seen beside the incumbent. */
const deep = 8

/** Whether the result is so small that the chart shows factors instead of what is left. */
export const showsFactors = ({ path, incumbent }: Compression): boolean =>
  path.some(({ bytes: size, cost }) => incumbent.bytes / size > deep || (cost?.times ?? 1) > deep)

/** Waterfall of bytes and CPU time over the passes; empty where nothing was kept. */
export function stepsChart(found: Compression): Html | null {
  const { path, incumbent } = found
  if (path.length < 2) return null
  const factors = showsFactors(found)
  return shrinkStepsSvg({
    shows: factors ? 'times' : 'left',
    columns: factors
      ? ['model file, times smaller', 'CPU time per item, times less']
      : ['size of the model file', "CPU time per item, share of the incumbent's"],
    steps: path.map((step, at): ShrinkStep => {
      const size = { value: step.bytes, text: sizeAt(step, at, incumbent.bytes) }
      const cpu = at === 0 ? { value: 1, text: '100 %' } : shareOf(step.cost)
      return { name: stepName(step, at), values: [size, cpu] }
    }),
  })
}

const sizeAt = ({ bytes: size }: PathStep, at: number, before: number): string =>
  at === 0 ? bytes(size) : `${bytes(size)}, ${sizeWords(before, size)}`

/** The share of the incumbent's CPU time is 1 / times; the ends of its interval change places. */
function shareOf(cost: MeasuredCost | null): StepValue | null {
  if (cost === null) return null
  const [value, low, high] = [1 / cost.times, 1 / cost.high, 1 / cost.low]
  return { value, low, high, text: `${significant(100 * value)} %, ${factorText(cost)}` }
}

/** Loss after each pass with its interval, and what the hold-out says of the result, against the margin; empty where nothing was kept. */
export function qualityChart(found: Compression): Html | null {
  const { path, margin } = found
  if (path.length < 2) return null
  const rows = [...path.slice(1).map((step, at) => pathLine(step, at + 1)), ...holdoutLine(found)]
  const inPoints = rows.map((row) => scaled(row, 100))
  const values = [0, 100 * margin, ...inPoints.flatMap(({ low, high }) => [low, high])]
  return intervalRowsSvg({
    rows: inPoints,
    axis: linearAxis(values, intervalRange, (value) => significant(value, 2)),
    axisName: 'loss against the incumbent, points of accuracy; to the left is better',
    limit: 100 * margin,
    limitText: marginText(margin),
  })
}

const scaled = (row: IntervalLine, by: number): IntervalLine => ({
  ...row,
  value: by * row.value,
  low: by * row.low,
  high: by * row.high,
})

function pathLine(step: PathStep, at: number): IntervalLine {
  const { loss } = step
  const range = `${points(loss.low, 2)} to ${points(loss.high, 2)}`
  return {
    ...loss,
    name: stepName(step, at),
    role: 'other',
    text: `${lossText(loss.value)} (${range})`,
  }
}

/** One-sided: from the loss on the hold-out to the bound for future items. */
function holdoutLine(found: Compression): readonly IntervalLine[] {
  const claim = chosenFinalist(found)?.claim ?? null
  if (claim === null) return []
  const { expected, upper } = claim
  return [
    {
      name: 'the result on the hold-out',
      role: 'chosen',
      value: expected,
      low: Math.min(expected, upper),
      high: upper,
      text: `${lossText(expected)}, at most ${atMost(upper)}`,
    },
  ]
}

/** Measured CPU factor of what was tried and not taken, against no difference; empty where none was measured. */
export function factorChart(trials: readonly Trial[]): Html | null {
  const rows = trials.flatMap(({ cost, step, text, number }): readonly IntervalLine[] =>
    cost && cost.low > 0
      ? [
          {
            name: `${number}. ${step.pass}: ${text}`,
            role: 'other',
            value: cost.times,
            low: cost.low,
            high: cost.high,
            text: `${factorText(cost)} (${factorRange(cost)})`,
          },
        ]
      : [],
  )
  if (rows.length === 0) return null
  const values = [1, ...rows.flatMap(({ low, high }) => [low, high])]
  return intervalRowsSvg({
    rows,
    axis: logAxis(values, intervalRange, times),
    axisName:
      'CPU time of the model it was tried on over that of the trial; to the right is better',
    limit: 1,
    limitText: 'no difference',
  })
}
