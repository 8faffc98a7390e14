import type { Known, Unit } from './estimate.ts'
import { normalQuantile } from './normal.ts'

/** How a factor spreads between its ends. */
export type Shape = 'lognormal' | 'normal' | 'triangular' | 'fixed'

/**
 * One uncertain input of a model. Its name is its identity: two models that use the same name share the draw,
 * so that what they have in common cancels in a comparison.
 */
export interface Factor {
  readonly name: string
  readonly estimate: Known<Unit>
  readonly shape: Shape
}

/** The shape that fits the estimate: fixed without width, log-normal above 0, triangular where it touches 0. */
export function factor(name: string, estimate: Known<Unit>, shape?: Shape): Factor {
  return { name, estimate, shape: shape ?? naturalShape(estimate) }
}

function naturalShape({ low, high }: Known<Unit>): Shape {
  if (low === high) return 'fixed'
  return low > 0 ? 'lognormal' : 'triangular'
}

/**
 * Maps a uniform u in (0, 1) to a value of the factor.
 * Log-normal and normal are two-piece: the median is `value`, and [low, high] is the central interval at `level`
 * (so x0.25..x6 keeps both its ends). Triangular takes low, value, high as its ends and mode.
 */
export function quantile({ estimate, shape }: Factor): (u: number) => number {
  const { value, low, high } = estimate
  if (shape === 'fixed' || low === high) return () => value
  if (shape === 'triangular' || (shape === 'lognormal' && low <= 0)) return triangular(estimate)
  const z = normalQuantile((1 + Math.min(estimate.level, 0.9999)) / 2)
  if (shape === 'normal')
    return (u) => {
      const x = normalQuantile(u)
      return value + (x * (x < 0 ? value - low : high - value)) / z
    }
  const down = Math.log(value / low) / z
  const up = Math.log(high / value) / z
  return (u) => {
    const x = normalQuantile(u)
    return value * Math.exp(x * (x < 0 ? down : up))
  }
}

function triangular({ value, low, high }: Known<Unit>): (u: number) => number {
  const turn = (value - low) / (high - low)
  return (u) =>
    u < turn
      ? low + Math.sqrt(u * (high - low) * (value - low))
      : high - Math.sqrt((1 - u) * (high - low) * (high - value))
}
