import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { normalQuantile } from './special-functions.ts'
import { trafficFactor } from './traffic.ts'

test('the long run needs no widening, as much traffic as labels needs a factor of the square root of 2', () => {
  expect(trafficFactor(300, 1e12)).toBeCloseTo(1, 9)
  expect(trafficFactor(300, 300)).toBeCloseTo(Math.SQRT2, 12)
  expect(trafficFactor(300, null)).toBe(1)
})

test('the widened bound covers what the next items show; the plain one does not', () => {
  const random = seededRandom('traffic')
  const mean = (n: number) =>
    Array.from({ length: n }, () => (random.next() < 0.3 ? 1 : 0)).reduce<number>(
      (a, b) => a + b,
      0,
    ) / n
  let [plain, widened] = [0, 0]
  for (let world = 0; world < 2000; world += 1) {
    const [labels, traffic] = [mean(200), mean(200)]
    const half = normalQuantile(0.95) * Math.sqrt(0.21 / 200)
    if (traffic <= labels + half) plain += 1
    if (traffic <= labels + trafficFactor(200, 200) * half) widened += 1
  }
  expect(widened / 2000).toBeGreaterThan(0.95 - 2 * 0.005)
  expect(plain / 2000).toBeLessThan(0.92)
})
