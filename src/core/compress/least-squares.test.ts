import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { cholesky, choleskySolve, leastSquares } from './least-squares.ts'

const noise = (length: number, seed: number) => {
  const source = seededRandom(seed)
  return Float64Array.from({ length }, () => source.normal())
}

/** x^T x / rows for rows x width. */
function gramOf(x: Float64Array, width: number): Float64Array {
  const rows = x.length / width
  const gram = new Float64Array(width * width)
  for (let r = 0; r < rows; r += 1)
    for (let i = 0; i < width; i += 1)
      for (let j = 0; j < width; j += 1)
        gram[i * width + j]! += (x[r * width + i]! * x[r * width + j]!) / rows
  return gram
}

test.each([5, 48, 130])('Cholesky solves a system of %i unknowns', (n) => {
  const a = gramOf(noise(3 * n * n, 1), n)
  for (let i = 0; i < n; i += 1) a[i * n + i]! += 0.1
  const wanted = noise(2 * n, 2)
  const b = new Float64Array(2 * n)
  for (let i = 0; i < n; i += 1)
    for (let k = 0; k < n; k += 1)
      for (let c = 0; c < 2; c += 1) b[2 * i + c]! += a[i * n + k]! * wanted[2 * k + c]!
  choleskySolve(cholesky(Float64Array.from(a), n), n, b, 2)
  for (const [at, value] of b.entries()) expect(value).toBeCloseTo(wanted[at]!, 6)
})

test('a matrix that is not positive definite is refused', () => {
  expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(/singular/)
})

test('an input that repeats another is taken over by it', () => {
  const base = noise(400, 3)
  const x = Float64Array.from({ length: 600 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3), at % 3]
    return base[2 * row + (column === 2 ? 0 : column)]!
  })
  const fineTuned = leastSquares(
    gramOf(x, 3),
    Float64Array.of(1, 2, 4),
    { inWidth: 3, outWidth: 1 },
    [0, 1],
    [2],
  )
  expect(fineTuned[0]).toBeCloseTo(5, 1)
  expect(fineTuned[1]).toBeCloseTo(2, 1)
})

test('inputs that are always zero leave the others as they were', () => {
  const gram = Float64Array.of(2, 0, 0, 0)
  const kept = leastSquares(gram, Float64Array.of(3, 9), { inWidth: 2, outWidth: 1 }, [0], [1])
  expect([...kept]).toEqual([3])
})
