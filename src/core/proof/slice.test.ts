import { expect, test } from 'vitest'
import { uncorrected } from './grade.ts'
import { certainlyBroken, checkSlices, sliceBar } from './slice.ts'

test('a slice that falls while the whole stands is named', () => {
  const original = new Uint8Array(400).fill(1)
  const candidate = original.map((_, at) => Number(at >= 30))
  const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)
  const slices = new Map([
    ['locale=de', rows(0, 60)],
    ['locale=en', rows(60, 400)],
  ])
  const floors = new Map([
    ['locale=de', 0.02],
    ['locale=en', 0.02],
  ])
  const broken = () => certainlyBroken(slices, candidate, original, floors, 0.05)
  expect(broken()).toEqual(['locale=de'])
  floors.set('locale=de', 0.6)
  expect(broken()).toEqual([])
})

const risk = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 } as const

test('a slice has its own margin or floor, else the bar of the spec; without a bar it is reported only', () => {
  const relative = { kind: 'relative', margin: 0.01, tolerance: 0 } as const
  const absolute = { kind: 'absolute', floor: 0.9, target: 0.9 } as const
  expect(sliceBar(relative, undefined)).toBeNull()
  expect(sliceBar(relative, {})).toEqual({ limit: 0.01 })
  expect(sliceBar(relative, { margin: 0.05 })).toEqual({ limit: 0.05 })
  expect(sliceBar(relative, { floor: 0.7 })).toEqual({ floor: 0.7 })
  expect(sliceBar(absolute, {})).toEqual({ floor: 0.9 })
  expect(sliceBar(absolute, { floor: 0.7 })).toEqual({ floor: 0.7 })
})

test('a slice below its floor fails although the whole loses nothing', () => {
  const locale = Array.from({ length: 400 }, (_, at) => (at < 100 ? 'de' : 'en'))
  const scores = locale.map((value, at) => Number(value === 'en' || at % 2 === 0))
  const evidence = {
    ...{ scores, reference: scores, clusters: undefined, end: 400, floor: 0 },
    slices: { locale },
    barOf: () => sliceBar({ kind: 'relative', margin: 0.01, tolerance: 0 }, { floor: 0.8 }),
  }
  const { constraints } = checkSlices(evidence, {
    ...{ risk, correction: uncorrected, look: 1, traffic: null },
  })
  expect(constraints.map(({ grade, result }) => [result.name, grade])).toEqual([
    ['slice locale=de', 'none'],
    ['slice locale=en', 'certified'],
  ])
})
