import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { epochBatches, heldOut, orderedBatches } from './batches.ts'
import { dropoutMask } from './dropout-mask.ts'
import { learningRate } from './schedule.ts'

const lengths = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300 })

test('an epoch holds every row once, in batches of the asked size', () => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 16 }), fc.integer(), (sizes, batch, seed) => {
      for (const batches of [epochBatches(sizes, batch, seed, 2), orderedBatches(sizes, batch)]) {
        const rows = batches.flat().sort((a, b) => a - b)
        expect(rows).toEqual(sizes.map((_, row) => row))
        expect(batches.every((rows) => rows.length <= batch)).toBe(true)
        expect(batches.length).toBe(Math.ceil(sizes.length / batch))
      }
    }),
    { seed: 11, numRuns: 60 },
  )
})

test('the order follows from seed and epoch, and differs between epochs', () => {
  const sizes = Array.from({ length: 200 }, (_, row) => row % 13)
  expect(epochBatches(sizes, 8, 1, 0)).toEqual(epochBatches(sizes, 8, 1, 0))
  expect(epochBatches(sizes, 8, 1, 0)).not.toEqual(epochBatches(sizes, 8, 1, 1))
  expect(epochBatches(sizes, 8, 1, 0)).not.toEqual(epochBatches(sizes, 8, 2, 0))
})

test('batches of like length pad less than batches at random', () => {
  const source = seededRandom(8)
  const sizes = Array.from({ length: 2000 }, () => 1 + (source.bits() % 60))
  const padded = (batches: readonly (readonly number[])[]): number =>
    batches.reduce(
      (sum, rows) => sum + rows.length * Math.max(...rows.map((row) => sizes[row]!)),
      0,
    )
  const order = seededRandom(9).order(sizes.length)
  const random = Array.from({ length: 63 }, (_, at) => order.slice(at * 32, at * 32 + 32))
  const tokens = sizes.reduce((sum, size) => sum + size, 0)
  expect(padded(epochBatches(sizes, 32, 1, 0)) / tokens).toBeLessThan(1.1)
  expect(padded(random) / tokens).toBeGreaterThan(1.7)
})

test('the held-out split takes its share of every class and leaves one behind', () => {
  const labels = Array.from({ length: 100 }, (_, row) => (row < 60 ? 0 : row < 98 ? 1 : row - 96))
  const { train, held } = heldOut(100, 0.1, 5, labels)
  const count = (rows: readonly number[], label: number): number =>
    rows.filter((row) => labels[row] === label).length
  expect([count(held, 0), count(held, 1), count(held, 2), count(held, 3)]).toEqual([6, 4, 0, 0])
  expect([...train, ...held].sort((a, b) => a - b)).toEqual(labels.map((_, row) => row))
  expect(heldOut(100, 0, 5, labels).held).toEqual([])
})

test('a dropout mask drops its rate and keeps the mean', () => {
  for (const rate of [0.1, 0.25, 0.5]) {
    const mask = dropoutMask(seededRandom(2, 7), 100_003, rate)
    const dropped = mask.filter((value) => value === 0).length / mask.length
    const mean = mask.reduce((sum, value) => sum + value, 0) / mask.length
    // Four standard errors of a share over 100,003 draws, and 1/512 for the step of 1/256.
    expect(Math.abs(dropped - rate)).toBeLessThan(4 * Math.sqrt(0.25 / 100_003) + 1 / 512)
    expect(Math.abs(mean - 1)).toBeLessThan(0.02)
  }
})

test('streams with different counters share no values', () => {
  const draw = (...counters: number[]): string =>
    Array.from({ length: 4 }, (_, index) => index && seededRandom(1, ...counters).next()).join()
  const seen = new Set<string>()
  for (let a = 0; a < 40; a++) for (let b = 0; b < 40; b++) seen.add(draw(a, b))
  expect(seen.size).toBe(1600)
  expect(draw(1, 2)).not.toBe(draw(2, 1))
})

test('the rate rises to its peak and falls to its floor', () => {
  const spec = { peak: 2, warmup: 0.1, floor: 0.25 } as const
  expect(learningRate(spec, 1, 100)).toBeCloseTo(0.2, 12)
  expect(learningRate(spec, 10, 100)).toBe(2)
  expect(learningRate(spec, 11, 100)).toBe(2)
  expect(learningRate(spec, 56, 100)).toBeCloseTo(2 * (0.25 + 0.75 / 2), 12)
  expect(learningRate(spec, 101, 100)).toBeCloseTo(0.5, 12)
  expect(learningRate({ ...spec, shape: 'linear' }, 56, 100)).toBeCloseTo(1.25, 12)
  expect(learningRate({ ...spec, shape: 'constant' }, 99, 100)).toBe(2)
  expect(learningRate({ peak: 1, warmup: 0 }, 1, 1)).toBe(1)
  expect(() => learningRate({ peak: 0 }, 1, 10)).toThrow(/schedule/)
})
