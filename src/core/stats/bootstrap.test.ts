import { expect, test } from 'vitest'
import { bcaQuantile, bcaShareOver, bootstrap } from './bootstrap.ts'
import { sumByCluster } from './cluster.ts'

const digits = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4]
const weightedMean = (values: readonly number[]) => (weights: ArrayLike<number>) => {
  let [sum, total] = [0, 0]
  values.forEach((value, i) => {
    sum += value * (weights[i] as number)
    total += weights[i] as number
  })
  return sum / total
}

test('BCa of a mean and of a skewed mean is that of scipy within resampling noise', () => {
  // scipy.stats.bootstrap((x,), np.mean, n_resamples=200000, method='BCa', random_state=1)
  const options = { resamples: 20_000, seed: 4 }
  const plain = bootstrap(20, weightedMean(digits), options)
  expect(Math.abs(bcaQuantile(plain, 0.025) - 3.75)).toBeLessThanOrEqual(0.101)
  expect(Math.abs(bcaQuantile(plain, 0.975) - 6.05)).toBeLessThanOrEqual(0.101)
  const skewed = bootstrap(20, weightedMean(digits.map((x) => Math.exp(x / 3))), options)
  expect(Math.abs(bcaQuantile(skewed, 0.025) - 4.9646)).toBeLessThan(0.15)
  expect(Math.abs(bcaQuantile(skewed, 0.975) - 10.7932)).toBeLessThan(0.3)
})

test('the confidence above a limit is 1 minus the level whose bound is that limit', () => {
  const found = bootstrap(20, weightedMean(digits), { resamples: 5000, seed: 9 })
  for (const level of [0.1, 0.5, 0.95]) {
    const bound = bcaQuantile(found, level)
    expect(Math.abs(1 - bcaShareOver(found, bound) - level)).toBeLessThan(0.03)
  }
})

test('whole clusters are drawn: two copies of each item give the spread of half as many', () => {
  const doubled = digits.flatMap((x) => [x, x])
  const clusters = doubled.map((_, i) => Math.floor(i / 2))
  const spread = (values: Float64Array) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)
  }
  const single = bootstrap(20, weightedMean(digits), { resamples: 4000, seed: 1 })
  const whole = bootstrap(40, weightedMean(doubled), { resamples: 4000, seed: 1, clusters })
  const apart = bootstrap(40, weightedMean(doubled), { resamples: 4000, seed: 1 })
  expect(spread(whole.values) / spread(single.values)).toBeCloseTo(1, 1)
  expect(spread(apart.values) / spread(single.values)).toBeCloseTo(Math.SQRT1_2, 1)
})

test('the same seed gives the same resamples', () => {
  const options = { resamples: 50, seed: 12 }
  expect(bootstrap(20, weightedMean(digits), options)).toEqual(
    bootstrap(20, weightedMean(digits), options),
  )
})

test('values are summed by cluster, in order of first appearance', () => {
  const { sums, sizes, largest } = sumByCluster([1, 2, 3], ['a', 'b', 'a'])
  expect([[...sums], [...sizes], largest]).toEqual([[4, 2], [2, 1], 2])
})
