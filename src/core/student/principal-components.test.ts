import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { principalComponents, project, symmetricEigen } from './principal-components.ts'
import { sifWeights, staticVectors } from './static-vectors.ts'

const entry = fc.double({ min: -5, max: 5, noNaN: true })

describe('symmetricEigen', () => {
  test('knows the matrices of the textbooks', () => {
    const { values, vectors } = symmetricEigen(Float64Array.from([2, 1, 1, 2]), 2)
    expect(values[0]).toBeCloseTo(1, 12)
    expect(values[1]).toBeCloseTo(3, 12)
    expect(Math.abs(vectors[1]!)).toBeCloseTo(Math.SQRT1_2, 12)
    // Second difference matrix of size 3: 2 - 2 cos(k pi / 4).
    const second = symmetricEigen(Float64Array.from([2, -1, 0, -1, 2, -1, 0, -1, 2]), 3).values
    second.forEach((value, i) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((i + 1) * Math.PI) / 4), 12)
    })
  })

  test('gives back A = V D V^T with orthonormal V, for any symmetric matrix', () => {
    const n = 5
    fc.assert(
      fc.property(fc.array(entry, { minLength: n * n, maxLength: n * n }), (cells) => {
        const a = Float64Array.from(cells, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n]
          return cells[Math.min(i, j) * n + Math.max(i, j)]!
        })
        const { values, vectors } = symmetricEigen(a, n)
        expect([...values]).toEqual([...values].sort((x, y) => x - y))
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let back = 0
            let dot = 0
            for (let k = 0; k < n; k++) {
              back += vectors[i * n + k]! * values[k]! * vectors[j * n + k]!
              dot += vectors[k * n + i]! * vectors[k * n + j]!
            }
            expect(back).toBeCloseTo(a[i * n + j]!, 9)
            expect(dot).toBeCloseTo(i === j ? 1 : 0, 9)
          }
        }
      }),
    )
  })
})

describe('principal components', () => {
  test('of points on a line are the line', () => {
    const data = Float32Array.from([1, 2, 2, 4, 3, 6, 4, 8])
    const components = principalComponents({ data, width: 2 }, 1)
    expect(components.directions[0]).toBeCloseTo(1 / Math.sqrt(5), 6)
    expect(components.directions[1]).toBeCloseTo(2 / Math.sqrt(5), 6)
    expect(components.variances[0]).toBeCloseTo(1.25 * 5, 6)
    const { data: line } = project({ data, width: 2 }, components)
    expect([...line].map((v) => v / Math.sqrt(5))).toEqual(
      [-1.5, -0.5, 0.5, 1.5].map((v) => expect.closeTo(v, 5)),
    )
  })

  test('keep distances when all are kept', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 12, maxLength: 12 }), (cells) => {
        const rows = { data: Float32Array.from(cells), width: 3 }
        const { data } = project(rows, principalComponents(rows, 3))
        const distance = (x: Float32Array) =>
          Math.hypot(x[0]! - x[3]!, x[1]! - x[4]!, x[2]! - x[5]!)
        expect(distance(data)).toBeCloseTo(distance(rows.data), 4)
      }),
    )
  })
})

describe('staticVectors', () => {
  test('weighs tokens by a / (a + p)', () => {
    expect(sifWeights(Float64Array.from([0, 1e-4, 0.9999]), 1e-4)).toEqual(
      Float64Array.from([1, 0.5, 1e-4]),
    )
  })

  test('makes frequent tokens short, by the counts it is given', () => {
    const teacher = { data: Float32Array.from([3, 4, 3, 4, 1, 0]), width: 2 }
    const { data, width } = staticVectors(teacher, { width: 2, sif: 1e-4, counts: [9999, 1, 0] })
    expect(width).toBe(2)
    expect(data[0]! / 3).toBeCloseTo(1e-4 / (1e-4 + 0.9999), 6)
    expect(data[2]! / 3).toBeCloseTo(1e-4 / (1e-4 + 0.0001), 6)
    expect(data[4]).toBe(1)
  })

  test('assumes a Zipf law on the order of ids where there are no counts', () => {
    const teacher = { data: new Float32Array(40).fill(1), width: 4 }
    const { data } = staticVectors(teacher, { width: 4 })
    const first = Array.from({ length: 10 }, (_, token) => data[4 * token]!)
    expect(first).toEqual([...first].sort((a, b) => a - b))
  })

  test('refuses counts for other tokens', () => {
    const teacher = { data: new Float32Array(4), width: 2 }
    expect(() => staticVectors(teacher, { counts: [1] })).toThrow(
      expect.objectContaining({ code: 'STUDENT_INPUT' }),
    )
  })
})
