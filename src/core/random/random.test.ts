import { expect, test } from 'vitest'
import { fillNormal, seededRandom } from './random.ts'

test('the same seed gives the same stream and another seed another', () => {
  const take = (seed: number | string) => {
    const random = seededRandom(seed)
    return Array.from({ length: 5 }, () => random.next())
  }
  expect(take(1)).toEqual(take(1))
  expect(take('a')).toEqual(take('a'))
  expect(take(1)).not.toEqual(take(2))
})

test('the stream is uniform: mean, variance and ten bins are where they should be', () => {
  const random = seededRandom(42)
  const bins = new Array<number>(10).fill(0)
  let [sum, squares] = [0, 0]
  for (let i = 0; i < 50_000; i += 1) {
    const x = random.next()
    bins[Math.floor(10 * x)] = (bins[Math.floor(10 * x)] ?? 0) + 1
    sum += x
    squares += x * x
  }
  expect(sum / 50_000).toBeCloseTo(0.5, 1.9)
  expect(squares / 50_000).toBeCloseTo(1 / 3, 1.9)
  const chiSquare = bins.reduce((all, count) => all + (count - 5000) ** 2 / 5000, 0)
  expect(chiSquare).toBeLessThan(27.9) // 99.9 % point of chi-square with 9 degrees of freedom
})

test('a shuffle keeps every element and puts each anywhere equally often', () => {
  const random = seededRandom('shuffle')
  const first = new Array<number>(5).fill(0)
  for (let i = 0; i < 10_000; i += 1) {
    const order = random.shuffle([0, 1, 2, 3, 4])
    expect(order.toSorted()).toEqual([0, 1, 2, 3, 4])
    first[order[0] as number] = (first[order[0] as number] ?? 0) + 1
  }
  for (const count of first) expect(Math.abs(count - 2000)).toBeLessThan(4 * 40)
})

test('normal values have mean 0, the asked deviation and normal tails', () => {
  const values = new Float32Array(200_001)
  fillNormal(seededRandom(1, 2), values, 3)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
  expect(Math.abs(mean)).toBeLessThan(0.03)
  expect(Math.sqrt(variance)).toBeCloseTo(3, 1)
  // P(|z| > 1.959964) = 0.05.
  const outside = values.filter((value) => Math.abs(value) > 1.959964 * 3).length / values.length
  expect(Math.abs(outside - 0.05)).toBeLessThan(0.002)
})

test('streams of one seed with other counters or names have nothing in common', () => {
  const streams = [seededRandom(1), seededRandom(1, 0), seededRandom(1, 1), seededRandom(1, 'a')]
  const draws = streams.map(({ next }) => Array.from({ length: 10_000 }, () => next() - 0.5))
  for (const [at, one] of draws.entries())
    for (const other of draws.slice(at + 1)) {
      const product = one.reduce((sum, value, i) => sum + value * (other[i] as number), 0)
      // The product of two uniforms of variance 1/12: four standard errors of the sum.
      expect(Math.abs(product)).toBeLessThan((4 * Math.sqrt(10_000)) / 12)
    }
})

test('whole numbers below a bound come equally often', () => {
  const { integer } = seededRandom('integers')
  const counts = new Array<number>(7).fill(0)
  for (let i = 0; i < 70_000; i += 1) counts[integer(7)]! += 1
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
  expect(chiSquare).toBeLessThan(22.5) // 99.9 % point of chi-square with 6 degrees of freedom
})

test('the stream is the one that committed models were trained with', () => {
  const random = seededRandom(7, 3, 2)
  expect(Array.from({ length: 3 }, random.bits)).toEqual([3177788640, 214451463, 540296363])
})
