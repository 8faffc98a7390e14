import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { asSparse } from './dense-rows.ts'
import { entropicProx, SoftmaxDual, wrightOmega } from './softmax-dual.ts'

const all = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i)

function oneHot(classes: number, labels: readonly number[]): Float32Array {
  const out = new Float32Array(labels.length * classes)
  labels.forEach((k, row) => {
    out[row * classes + k] = 1
  })
  return out
}

describe('SoftmaxDual', () => {
  const x = [
    1, 0, 0.5, 0.2, 1, 0, 0, 0.3, 1, 1, 0.1, 0.1, 0.4, 0.9, 0.2, 0.1, 0, 0.8, 0.6, 0.5, 0.4,
  ]
  const labels = [0, 1, 2, 0, 1, 2, 0]
  const rows = asSparse({ data: Float32Array.from(x), width: 3 })

  function solved(cost: number, epochs: number): SoftmaxDual {
    const source = seededRandom(1)
    const solver = new SoftmaxDual(rows, oneHot(3, labels), 3, new Float32Array(7).fill(cost))
    for (let i = 0; i < epochs; i++) solver.epoch(all(7), source.next)
    return solver
  }

  test("reaches scikit-learn's optimum", () => {
    // scikit-learn 1.9.1, LogisticRegression(C=2, fit_intercept=False, tol=1e-12) with a column of ones; coef_ by class.
    const coef = [
      [1.241468, -0.526106, -0.240503, 0.056017],
      [-0.368153, 1.087356, -0.73584, -0.08871],
      [-0.873315, -0.56125, 0.976342, 0.032693],
    ]
    const { weights, bias } = solved(2, 300)
    coef.forEach((row, k) => {
      const ours = [weights[k], weights[3 + k], weights[6 + k], bias[k]]
      ours.forEach((value, j) => {
        expect(value).toBeCloseTo(row[j]!, 2)
      })
    })
  })

  test('gets there by a warm start from a stronger L2 as well', () => {
    const source = seededRandom(2)
    const solver = new SoftmaxDual(rows, oneHot(3, labels), 3, new Float32Array(7).fill(0.5))
    for (let i = 0; i < 20; i++) solver.epoch(all(7), source.next)
    solver.scaleCosts(4)
    for (let i = 0; i < 300; i++) solver.epoch(all(7), source.next)
    const cold = solved(2, 300)
    solver.weights.forEach((value, i) => {
      expect(value).toBeCloseTo(cold.weights[i]!, 2)
    })
  })

  test('learns from soft targets what they say', () => {
    const one = asSparse({ data: Float32Array.from([1, 1, 1, 1]), width: 1 })
    const targets = Float32Array.from([0.7, 0.2, 0.1, 0.7, 0.2, 0.1, 0.7, 0.2, 0.1, 0.7, 0.2, 0.1])
    const solver = new SoftmaxDual(one, targets, 3, new Float32Array(4).fill(1000))
    const source = seededRandom(3)
    for (let i = 0; i < 400; i++) solver.epoch(all(4), source.next)
    const [scores] = [solver.scoresOf(Int32Array.from([0]))]
    const z = scores.map(Math.exp)
    const sum = z.reduce((a, b) => a + b)
    expect(z[0]! / sum).toBeCloseTo(0.7, 1)
    expect(z[1]! / sum).toBeCloseTo(0.2, 1)
  })
})

describe('the subproblem of one row', () => {
  test('wrightOmega solves w + ln w = y', () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 200, noNaN: true }), (y) => {
        const w = wrightOmega(y)
        expect(Math.abs(w + Math.log(w) - y)).toBeLessThan(2e-3)
      }),
    )
  })

  test('entropicProx is a probability vector with p proportional to exp(a - q p)', () => {
    const scores = fc.array(fc.double({ min: -40, max: 40, noNaN: true }), {
      minLength: 2,
      maxLength: 9,
    })
    fc.assert(
      fc.property(scores, fc.double({ min: 0.01, max: 300, noNaN: true }), (a, q) => {
        const p = Float64Array.from(a)
        entropicProx(p, q)
        expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
        const levels = a.map((value, k) => value - q * p[k]! - Math.log(p[k]!))
        const heavy = levels.filter((_, k) => p[k]! > 1e-4)
        expect(Math.max(...heavy) - Math.min(...heavy)).toBeLessThan(0.02 * (1 + q))
      }),
    )
  })
})
