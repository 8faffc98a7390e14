import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { env } from 'node:process'
import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import {
  bettingLowerBound,
  bettingUpperBound,
  type LinearStatistic,
  logCapitalAnytime,
  logCapitalFixed,
} from './betting-bound.ts'
import { EProcess } from './e-process.ts'

const data = resolve(env['RIGHTSIZE_DATA'] ?? join('..', 'shared', 'data'))
const matrix = join(data, 'matrices', 'zeroeval_gsm8k.json')

test.skipIf(!existsSync(matrix))(
  'log capital on real GSM8K bits is that of confseq (needs RIGHTSIZE_DATA/matrices)',
  () => {
    // confseq.betting.betting_mart 70b1ef3, lambda = fraction / m_t: gemma-2-9b-it, file order, q 0.85, f 0.05.
    const { models } = JSON.parse(readFileSync(matrix, 'utf8'))
    const bits: string = models.find(
      (model: { name: string }) => model.name === 'gemma-2-9b-it',
    ).results
    const wanted = {
      1319: { 10: 0.027963431, 100: 0.099942236, 800: 1.593450245, 1200: 3.538910105 },
      0: { 10: 0.027770172, 100: 0.097467344, 800: 0.899895002, 1200: 1.049451884 },
    }
    for (const [size, at] of Object.entries(wanted)) {
      const process = new EProcess({
        nullMean: 0.85,
        size: size === '0' ? null : Number(size),
        threshold: 1e9,
        fractions: [0.05],
      })
      const seen: Record<string, number> = {}
      for (let i = 0; i < 1200; i += 1) {
        process.update(Number(bits[i]))
        seen[i + 1] = process.logCapital
      }
      for (const [t, log] of Object.entries(at)) expect(seen[t]).toBeCloseTo(log, 8)
    }
  },
)

test('capital of one bet is 1 + f (y - q) / q, by hand', () => {
  const process = new EProcess({ nullMean: 0.5, size: null, threshold: 100, fractions: [0.5] })
  process.update(1)
  expect(process.logCapital).toBeCloseTo(Math.log(1.5), 12)
  process.update(0)
  expect(process.logCapital).toBeCloseTo(Math.log(1.5 * 0.5), 12)
  expect(process.logMax).toBeCloseTo(Math.log(1.5), 12)
})

test('a null mean of exactly 0 for the rest is still possible and proves nothing', () => {
  // 6 of 10 allowed; after six successes the rest may all be 0: m_t = 0 contributes no factor.
  const process = new EProcess({ nullMean: 0.6, size: 10, threshold: 1e6 })
  for (let i = 0; i < 6; i += 1) process.update(1)
  const before = process.logCapital
  for (let i = 0; i < 4; i += 1) process.update(0)
  expect(process.rejected).toBe(false)
  expect(process.logCapital).toBe(before)
})

test('one success more than the null allows proves it impossible', () => {
  const process = new EProcess({ nullMean: 0.6, size: 10, threshold: 1e6 })
  for (let i = 0; i < 7; i += 1) process.update(1)
  expect(process.rejected).toBe(true)
  expect(process.logMax).toBe(Number.POSITIVE_INFINITY)
})

test('rounding in N q - S does not turn 0 into a huge bet: sets exactly at the bar are rejected at most alpha of the time', () => {
  // 0.745 x 200 = 149 is not exact in binary. Treating m_t <= 0 as proof gave 19-25 % here.
  const random = seededRandom('m_t = 0')
  for (const [n, right] of [
    [200, 149],
    [60, 41],
    [37, 11],
  ] as const) {
    let rejected = 0
    const bits = Array.from({ length: n }, (_, i) => (i < right ? 1 : 0))
    for (let world = 0; world < 1000; world += 1) {
      const process = new EProcess({ nullMean: right / n, size: n, threshold: 20 })
      for (const bit of random.shuffle(bits)) process.update(bit)
      if (process.rejected) rejected += 1
    }
    expect(rejected / 1000).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 1000))
  }
})

test('rejection does not wait for a renormalisation and survives one', () => {
  const process = new EProcess({ nullMean: 0.2, size: null, threshold: 20 })
  let steps = 0
  while (!process.rejected) {
    process.update(1)
    steps += 1
  }
  expect(steps).toBeLessThan(10)
  for (let i = 0; i < 2000; i += 1) process.update(0)
  expect(process.rejected).toBe(true)
  expect(process.logMax).toBeGreaterThanOrEqual(Math.log(20))
})

test.each([logCapitalFixed, logCapitalAnytime])(
  'betting bounds of a constant sample close in on it from outside and never cross',
  (capital) => {
    const values = new Float64Array(400).fill(0.7)
    const mean: LinearStatistic = {
      at: (q) => ({ z: values.map((value) => value - q), low: -q, high: 1 - q }),
      lowest: 0,
      highest: 1,
    }
    const low = bettingLowerBound(mean, 0.05, capital)
    const high = bettingUpperBound(mean, 0.05, capital)
    expect(low).toBeLessThan(0.7)
    expect(low).toBeGreaterThan(0.6)
    expect(high).toBeGreaterThan(0.7)
    expect(high).toBeLessThan(0.8)
  },
)
