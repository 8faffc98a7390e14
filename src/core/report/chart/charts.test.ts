import { expect, test } from 'vitest'
import { linearAxis, logAxis } from './axis.ts'
import { intervalBarsSvg } from './interval-bars.ts'
import { payBackSvg } from './pay-back-curve.ts'
import { tornadoSvg } from './tornado.ts'
import { waterfallSvg } from './waterfall.ts'

const plain = (value: number): string => `${Math.round(value * 1e6)} µs`

test.each([
  [20e-6, 110e-6],
  [1e-6, 1e-6],
  [3e-9, 40],
  [0.9, 1.1],
])('labels of a log axis from %f to %f do not touch, and there are two or more', (low, high) => {
  const { ticks } = logAxis([low, high], [64, 700], plain)
  expect(ticks.length).toBeGreaterThanOrEqual(low < 1e-8 ? 1 : 2)
  for (let i = 1; i < ticks.length; i++) {
    const [a, b] = [ticks[i - 1]!, ticks[i]!]
    expect(b.at - a.at).toBeGreaterThanOrEqual(((a.text.length + b.text.length) / 2) * 7)
  }
})

test('labels of a linear axis to the right do not touch', () => {
  const { ticks } = linearAxis(
    [-4e-7, 8e-7],
    [270, 690],
    (v) => `${(v * 1e9).toFixed(0)} ng CO2e of it`,
  )
  for (let i = 1; i < ticks.length; i++)
    expect(ticks[i]!.at - ticks[i - 1]!.at).toBeGreaterThanOrEqual(ticks[i]!.text.length * 6)
})

test('the steps of a waterfall begin where the one before ends and reach the total', () => {
  const svg = waterfallSvg({
    steps: [
      { name: 'a', value: 1 },
      { name: 'b', value: 0 },
      { name: 'c', value: 3 },
    ],
    total: 4,
    totalName: 'sum',
    text: String,
  })
  const bars = [...svg.matchAll(/<rect class="[^"]*" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map(
    ([, x, width]) => ({ from: Number(x), to: Number(x) + Number(width) }),
  )
  expect(bars).toHaveLength(4)
  expect(bars[2]!.from).toBeCloseTo(bars[0]!.to, 0)
  expect(bars[3]!.to).toBeCloseTo(bars[2]!.to, 0)
  expect(bars[3]!.from).toBeCloseTo(bars[0]!.from, 0)
  expect(bars[2]!.to - bars[2]!.from).toBeCloseTo(3 * (bars[0]!.to - bars[0]!.from), -1)
})

test('an interval that reaches 0 is drawn to the edge, and one without a positive value not at all', () => {
  const row = { id: 'x', role: 'other', low: 0, value: 2, high: 4 } as const
  expect(intervalBarsSvg({ rows: [row], axisName: 'g', text: String })).not.toMatch(/NaN|Infinity/)
  expect(intervalBarsSvg({ rows: [{ ...row, value: 0 }], axisName: 'g', text: String })).toBe('')
})

test('a pay-back curve crosses the line of 0 where the saving has covered what was spent', () => {
  const points = [0, 1, 2].map((month) => ({
    month,
    low: month - 1.5,
    value: month - 1,
    high: month - 0.5,
  }))
  const svg = payBackSvg({ points, axisName: 'net', text: String })
  const zero = Number(/class="zero"[^>]* y1="([\d.]+)"/.exec(svg)?.[1])
  const path = /class="curve" d="M[\d.]+,([\d.]+)L[\d.]+,([\d.]+)L[\d.]+,([\d.]+)"/.exec(svg)
  expect(Number(path?.[1])).toBeGreaterThan(zero)
  expect(Number(path?.[2])).toBeCloseTo(zero, 0)
  expect(Number(path?.[3])).toBeLessThan(zero)
  expect(payBackSvg({ points: points.slice(0, 1), axisName: 'net', text: String })).toBe('')
})

test('bars of a tornado begin at the middle value', () => {
  const svg = tornadoSvg({
    rows: [{ factor: 'grid', atLow: 1, atHigh: 4 }],
    base: 2,
    axisName: 'g',
    text: String,
  })
  const bars = [...svg.matchAll(/<rect class="[^"]*" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)]
  const [low, high] = bars.map(([, x, width]) => [Number(x), Number(x) + Number(width)])
  expect(low![1]).toBeCloseTo(high![0]!, 0)
  expect(high![1]! - high![0]!).toBeCloseTo(2 * (low![1]! - low![0]!), 0)
})
