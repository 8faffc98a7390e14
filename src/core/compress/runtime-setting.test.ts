import { expect, test } from 'vitest'
import type { RuntimeSetting } from '../result/compression.ts'
import { chosenSetting } from './runtime-setting.ts'

const row = (
  threads: number,
  p95Ms: number,
  more: Partial<RuntimeSetting> = {},
): RuntimeSetting => ({
  ...{ of: 'result', threads, spinning: false, batch: 1, buckets: false, gapMs: 20 },
  ...{ cpuS: 0.001 * threads, p50Ms: p95Ms / 2, p95Ms, runs: 24 },
  ...more,
})

test('without a wish for latency the fewest threads win, however fast more of them are', () => {
  expect(chosenSetting([row(4, 1), row(1, 5)], null)).toMatchObject({ threads: 1 })
})

test('of the settings that are fast enough the one with fewest threads is taken', () => {
  const rows = [row(4, 1), row(1, 5), row(2, 2)]
  expect(chosenSetting(rows, 3)).toMatchObject({ threads: 2 })
  expect(chosenSetting(rows, 5)).toMatchObject({ threads: 1 })
})

test('idle threads that spin are taken only where they are needed', () => {
  const rows = [row(2, 2, { spinning: true }), row(2, 4)]
  expect(chosenSetting(rows, 4)).toMatchObject({ spinning: false })
  expect(chosenSetting(rows, 3)).toMatchObject({ spinning: true })
})

test('where none is fast enough the fastest is taken: the caller compares it with the wish', () => {
  expect(chosenSetting([row(1, 9), row(2, 7)], 3)).toMatchObject({ threads: 2, p95Ms: 7 })
})

test('batches, runs without pauses and rows of the original say nothing about single requests', () => {
  const others = [row(1, 1, { batch: 32 }), row(1, 1, { gapMs: 0 }), row(1, 1, { of: 'incumbent' })]
  expect(chosenSetting(others, null)).toBeNull()
  expect(chosenSetting([...others, row(2, 8)], 3)).toMatchObject({ threads: 2, p95Ms: 8 })
})
