import { expect, test } from 'vitest'
import { seededRandom } from './random.ts'

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
