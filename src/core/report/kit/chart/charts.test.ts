import { describe, expect, test } from 'vitest'
import { type Html, htmlText } from '../markup.ts'
import { linearAxis, logAxis } from './axis.ts'
import { intervalBarsSvg } from './interval-bars.ts'
import { intervalRange, intervalRowsSvg } from './interval-rows.ts'
import { paretoSvg } from './pareto.ts'
import { payBackSvg } from './pay-back-curve.ts'
import { shrinkStepsSvg } from './shrink-steps.ts'
import { tornadoSvg } from './tornado.ts'
import { waterfallSvg } from './waterfall.ts'

/** The picture as text; empty where there is none. */
const drawn = (svg: Html | null): string => htmlText(svg)

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

describe('quality against cost', () => {
  const around = (value: number, half: number) => ({ value, low: value - half, high: value + half })
  const svg = drawn(
    paretoSvg({
      points: [
        { id: 'static', role: 'other', cost: around(28e-6, 1e-6), quality: around(0.696, 0.036) },
        { id: 'linear', role: 'other', cost: around(38e-6, 1e-6), quality: around(0.752, 0.036) },
        { id: 'tiny', role: 'chosen', cost: around(116e-6, 1e-6), quality: around(0.874, 0.034) },
        {
          id: 'large',
          role: 'incumbent',
          cost: around(1.5e-3, 1e-5),
          quality: around(0.866, 0.034),
        },
      ],
      bar: { quality: 0.846, text: 'incumbent minus 2 points' },
      ...{ costName: 'CPU time', qualityName: 'accuracy' },
      ...{ costText: plain, qualityText: (share: number) => `${share}` },
    }),
  )
  const number = (text: string, name: string) =>
    Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(text)?.[1])
  const upright = [...svg.matchAll(/<g class="pt [a-z]+">.*?<\/g>/g)].map(([point]) => {
    const line = point.split('<line')[2] ?? ''
    return { x: number(line, 'x1'), top: number(line, 'y1'), bottom: number(line, 'y2') }
  })

  test.each([
    ['static', 7],
    ['linear', 7],
    ['tiny (chosen)', 7.6],
    ['large (incumbent)', 7.6],
  ])('no interval crosses the name of %s', (name, perLetter) => {
    const text = svg
      .match(/<text class="label [^>]*>[^<]*/g)
      ?.find((one) => one.endsWith(`>${name}`))
    const [x, y] = [number(text ?? '', 'x'), number(text ?? '', 'y')]
    expect(x).toBeGreaterThan(0)
    const crossing = upright.filter(
      (line) =>
        line.x > x && line.x < x + name.length * perLetter && line.top < y && line.bottom > y - 10,
    )
    expect(crossing).toEqual([])
  })

  test('the name of the bar goes to the left end where an interval would cross it at the right', () => {
    expect(svg).toMatch(/text-anchor="start">incumbent minus 2 points/)
  })
})

test('the steps of a waterfall begin where the one before ends and reach the total', () => {
  const svg = drawn(
    waterfallSvg({
      steps: [
        { name: 'a', value: 1 },
        { name: 'b', value: 0 },
        { name: 'c', value: 3 },
      ],
      total: 4,
      totalName: 'sum',
      text: String,
    }),
  )
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
  expect(drawn(intervalBarsSvg({ rows: [row], axisName: 'g', text: String }))).not.toMatch(
    /NaN|Infinity/,
  )
  expect(intervalBarsSvg({ rows: [{ ...row, value: 0 }], axisName: 'g', text: String })).toBeNull()
})

test('a pay-back curve crosses the line of 0 where the saving has covered what was spent', () => {
  const points = [0, 1, 2].map((month) => ({
    month,
    low: month - 1.5,
    value: month - 1,
    high: month - 0.5,
  }))
  const svg = drawn(payBackSvg({ points, axisName: 'net', text: String }))
  const zero = Number(/class="zero"[^>]* y1="([\d.]+)"/.exec(svg)?.[1])
  const path = /class="curve" d="M[\d.]+,([\d.]+)L[\d.]+,([\d.]+)L[\d.]+,([\d.]+)"/.exec(svg)
  expect(Number(path?.[1])).toBeGreaterThan(zero)
  expect(Number(path?.[2])).toBeCloseTo(zero, 0)
  expect(Number(path?.[3])).toBeLessThan(zero)
  expect(payBackSvg({ points: points.slice(0, 1), axisName: 'net', text: String })).toBeNull()
})

test('bars of a tornado begin at the middle value', () => {
  const svg = drawn(
    tornadoSvg({
      rows: [{ factor: 'grid', atLow: 1, atHigh: 4 }],
      base: 2,
      axisName: 'g',
      text: String,
    }),
  )
  const bars = [...svg.matchAll(/<rect class="[^"]*" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)]
  const [low, high] = bars.map(([, x, width]) => [Number(x), Number(x) + Number(width)])
  expect(low![1]).toBeCloseTo(high![0]!, 0)
  expect(high![1]! - high![0]!).toBeCloseTo(2 * (low![1]! - low![0]!), 0)
})

test('bars of what is left begin at 0, are as long as their values, and the pale part reaches back to the step before', () => {
  const of = (value: number) => ({ value, text: `${value} MB` })
  const svg = drawn(
    shrinkStepsSvg({
      shows: 'left',
      columns: ['size'],
      steps: [
        { name: 'original', values: [of(40)] },
        { name: 'a', values: [of(10)] },
        { name: 'b', values: [of(20)] },
        { name: 'c', values: [null] },
        { name: 'd', values: [{ ...of(5), low: 4, high: 6 }] },
      ],
    }),
  )
  const bars = [
    ...svg.matchAll(/<rect class="([^"]*)" x="([\d.]+)" y="\d+" width="([\d.]+)"/g),
  ].map(([, kind, x, width]) => ({ kind, from: Number(x), wide: Number(width) }))
  const unit = bars[0]!.wide / 40
  const expected = [
    ['fill-b', 0, 40],
    ['fill-a', 0, 10],
    ['gone', 10, 30],
    ['fill-a', 0, 10],
    ['added', 10, 10],
    ['fill-a', 0, 5],
    ['gone', 5, 15],
  ] as const
  expect(bars.map(({ kind }) => kind)).toEqual(expected.map(([kind]) => kind))
  for (const [i, [, from, wide]] of expected.entries()) {
    expect(bars[i]!.from).toBeCloseTo(from * unit, 0)
    expect(bars[i]!.wide).toBeCloseTo(wide * unit, 0)
  }
  const ends = [...svg.matchAll(/class="range-end" x1="([\d.]+)" x2="([\d.]+)"/g)]
  expect(Number(ends[0]![1])).toBeCloseTo(4 * unit, 0)
  expect(Number(ends[0]![2])).toBeCloseTo(6 * unit, 0)
  expect(svg).toContain('not measured')
  expect(shrinkStepsSvg({ shows: 'left', columns: ['size'], steps: [] })).toBeNull()
})

test('a row of intervals has its dot between its ends and the limit where the axis has it', () => {
  const axis = linearAxis([-1, 3], intervalRange, String)
  const svg = drawn(
    intervalRowsSvg({
      rows: [{ name: '<a>', role: 'other', value: 1, low: -1, high: 3, text: '1' }],
      axis,
      axisName: 'loss',
      limit: 2,
      limitText: 'margin',
    }),
  )
  const number = (pattern: RegExp): number => Number(pattern.exec(svg)?.[1])
  expect(number(/class="limit" x1="([\d.]+)"/)).toBeCloseTo(axis.at(2), 0)
  expect(number(/circle cx="([\d.]+)"/)).toBeCloseTo(axis.at(1), 0)
  expect(number(/class="range" x1="([\d.]+)"/)).toBeCloseTo(axis.at(-1), 0)
  expect(svg).toContain('&lt;a&gt;')
  expect(svg).not.toContain('<a>')
})

test('in the waterfall of factors each step is as long as the logarithm of its own factor, wherever it begins', () => {
  const of = (value: number) => ({ value, text: `${value} MB` })
  const svg = drawn(
    shrinkStepsSvg({
      shows: 'times',
      columns: ['size'],
      steps: [
        { name: 'original', values: [of(100)] },
        { name: 'ten times', values: [of(10)] },
        { name: 'twice', values: [of(5)] },
        { name: 'back by two', values: [of(10)] },
        { name: 'ten times again', values: [of(1)] },
      ],
    }),
  )
  const wide = (kind: string) =>
    [
      ...svg.matchAll(new RegExp(`class="${kind}" x="([\\d.]+)" y="\\d+" width="([\\d.]+)"`, 'g')),
    ].map(([, x, width]) => ({ from: Number(x), wide: Number(width) }))
  const [ten, twice, again] = wide('fill-a')
  expect(again!.wide).toBeCloseTo(ten!.wide, 0)
  expect(twice!.wide / ten!.wide).toBeCloseTo(Math.log10(2), 1)
  expect(twice!.from).toBeCloseTo(ten!.from + ten!.wide, 0)
  expect(wide('added')[0]!.wide).toBeCloseTo(twice!.wide, 0)
  expect(again!.from).toBeCloseTo(twice!.from, 0)
})
