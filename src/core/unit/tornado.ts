import type { EstimateMethod } from './estimate.ts'
import type { FactorModel } from './simulate.ts'

/** One bar of a tornado: the result when one factor goes to its ends and the others stay central. */
export interface TornadoBar {
  readonly factor: string
  readonly atLow: number
  readonly atHigh: number
  readonly swing: number
  readonly method: EstimateMethod
}

/** What moves the result most, widest first: what to measure next. Factors that move nothing are left out. */
export function tornado({ factors, value }: FactorModel): readonly TornadoBar[] {
  const middle = factors.map(({ estimate }) => estimate.value)
  return factors
    .map(({ name, estimate }, i) => {
      const atLow = value(middle.with(i, estimate.low))
      const atHigh = value(middle.with(i, estimate.high))
      return {
        factor: name,
        atLow,
        atHigh,
        swing: Math.abs(atHigh - atLow),
        method: estimate.method,
      }
    })
    .filter(({ swing }) => swing > 0)
    .sort((a, b) => b.swing - a.swing)
}
