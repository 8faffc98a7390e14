import { expect, test } from 'vitest'
import type { Estimate } from '../unit/estimate.ts'
import { labelReach } from './label-reach.ts'
import { planReport } from './plan.ts'
import type { PlanInput } from './plan-types.ts'

const unknown = { kind: 'unknown', why: 'no price given' } as const
const joules = (value: number): Estimate<'JPerItem'> => ({
  kind: 'known',
  unit: 'JPerItem',
  value,
  low: value / 2,
  high: value * 2,
  level: 0.9,
  method: 'modeled',
  how: 'prior',
  source: 'test',
})
const risk = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 } as const
const margin = (m: number) => ({ kind: 'relative', margin: m, tolerance: 0 }) as const
const input = (over: Partial<PlanInput> = {}): PlanInput => ({
  items: 300,
  candidates: [1, 5, 40].map((cost, i) => ({
    id: `c${i}`,
    energyPerItem: joules(cost),
    pricePerItem: unknown,
    stored: 0,
  })),
  incumbent: 'c2',
  bar: margin(0.01),
  risk,
  budget: {},
  regime: 'auto',
  volumePerMonth: null,
  wholeSetMetric: false,
  ...over,
})

test('few answers are run in full, many are raced, and a saving to compare with decides first', () => {
  expect(planReport(input()).regime.kind).toBe('full')
  expect(planReport(input({ items: 50_000 })).regime.kind).toBe('race')
  expect(planReport(input({ items: 50_000, volumePerMonth: 1e9 })).regime.kind).toBe('full')
  expect(planReport(input({ items: 300, volumePerMonth: 100 })).regime.kind).toBe('race')
  expect(planReport(input({ items: 50_000, wholeSetMetric: true })).regime.kind).toBe('full')
  expect(planReport(input({ regime: 'race' })).regime).toEqual({
    kind: 'race',
    why: 'set in the spec',
  })
})

test('answers that are there already take nothing: what has to be asked for decides the regime', () => {
  const at = (stored: readonly number[]) =>
    planReport(
      input({
        items: 1_000_000,
        candidates: input().candidates.map((one, i) => ({ ...one, stored: stored[i] ?? 0 })),
      }),
    ).regime
  expect(at([1e6, 1e6, 1e6])).toMatchObject({
    kind: 'race',
    why: expect.stringMatching(/3,000,000 answers .*`regime: full`/),
  })
  // 5,000 items of the cheapest at 1 J are 5 kJ: cheap. Of the dearest at 40 J they would be 40 MJ.
  expect(at([1e6 - 5000, 1e6, 1e6])).toMatchObject({
    kind: 'full',
    why: expect.stringMatching('5000 J'),
  })
  expect(at([1e6, 1e6, 0]).kind).toBe('race')
})

test('a full run takes every item of every candidate that is not stored', () => {
  const report = planReport(input())
  expect(report.calls).toMatchObject({ value: 900, low: 900, high: 900 })
  expect(report.energy).toMatchObject({ value: 300 * 46, low: 150 * 46, high: 600 * 46 })
  expect(report.money).toEqual(unknown)
  const stored = input().candidates.map((one) => ({ ...one, stored: 300 }))
  expect(planReport(input({ candidates: stored })).calls).toMatchObject({ value: 0 })
})

test('a race is expected to take less, never more than everything', () => {
  const { calls } = planReport(input({ items: 5000, bar: margin(0.02), regime: 'race' }))
  expect(calls).toMatchObject({ kind: 'known', high: 15_000 })
  expect(calls.kind === 'known' && calls.value < 9000).toBe(true)
})

test('what n labels can show follows the formulas: 300 labels never certify 1 point', () => {
  const reach = labelReach(300, 1, margin(0.01), risk)
  expect(reach.bestCaseMargin).toBeCloseTo(1 - 0.045 ** (1 / 300), 12)
  expect(reach.certifiableMargin).toBeGreaterThan(reach.supportableMargin)
  expect(reach.labelsToCertify).toBeGreaterThan(5000)
  expect(labelReach(300, 8, margin(0.01), risk).certifiableMargin).toBeGreaterThan(
    reach.certifiableMargin,
  )
  const enough = labelReach(reach.labelsToCertify ?? 0, 1, margin(0.01), risk)
  expect(enough.certifiableMargin).toBeLessThanOrEqual(0.01)
  expect(labelReach(100, 1, margin(0), risk).labelsToCertify).toBeNull()
})

test('a budget that cannot hold the plan is said before anything runs', () => {
  const report = planReport(input({ budget: { joules: 1000 } }))
  expect(report.fitsBudget.ok).toBe(false)
  expect(report.sentences.join(' ')).toContain('the budget is 1000')
})

test('the sentences name the regime, the labels and the margin that was asked for', () => {
  const text = planReport(input()).sentences.join('\n')
  expect(text).toContain('Every candidate runs on every item')
  expect(text).toContain('300 labels and 2 candidates')
  expect(text).toMatch(/Your 1-point margin needs about [\d,]+ labels to certify; you have 300/)
  expect(
    planReport(input({ bar: { kind: 'absolute', floor: 0.9, target: 0.92 } })).sentences.join(' '),
  ).toMatch(/above the floor.* The distance of 2 points from floor to target needs about/)
})
