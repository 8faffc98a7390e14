import { RightsizeError } from '../error/error.ts'
import type { Known } from './estimate.ts'
import { known } from './known.ts'
import {
  central,
  type Draws,
  type FactorModel,
  type SimulationOptions,
  simulate,
  sortedQuantile,
} from './simulate.ts'

export type CompareVerdict = 'better' | 'worse' | 'cannot tell'

export interface FactorComparison {
  /** P(A < B) over the draws, ties counted half. */
  readonly pLess: number
  /** Better: A is lower with P > 0.95. Worse: B is. */
  readonly verdict: CompareVerdict
  /** B / A: how many times less A needs. */
  readonly ratio: Known<'ratio'> | null
}

/** P needed for a verdict, either way. A convention (one-sided 5 %), stated wherever a verdict is. */
export const verdictLevel = 0.95

/** Compares two models whose shared factors are drawn once, so that they cancel. Lower is better. */
export function compare(
  a: FactorModel,
  b: FactorModel,
  options: SimulationOptions,
): FactorComparison {
  const [x, y] = simulate([a, b], options)
  if (x === undefined || y === undefined)
    throw new RightsizeError('ESTIMATE_INVALID', 'a comparison needs two models')
  return { ...compareDraws(x, y), ratio: ratioOf(a, b, x, y) }
}

/** P(A < B) and the verdict from paired draws. */
export function compareDraws(x: Draws, y: Draws): Pick<FactorComparison, 'pLess' | 'verdict'> {
  let less = 0
  for (let i = 0; i < x.length; i++) {
    const a = x[i] ?? 0
    const b = y[i] ?? 0
    less += a < b ? 1 : a === b ? 0.5 : 0
  }
  const pLess = less / x.length
  return { pLess, verdict: verdictOf(pLess) }
}

export function verdictOf(pLess: number): CompareVerdict {
  if (pLess > verdictLevel) return 'better'
  return pLess < 1 - verdictLevel ? 'worse' : 'cannot tell'
}

function ratioOf(a: FactorModel, b: FactorModel, x: Draws, y: Draws): Known<'ratio'> | null {
  const ratios = Float64Array.from(x, (each, i) => (y[i] ?? 0) / each).sort()
  const value = central(b) / central(a)
  const low = sortedQuantile(ratios, 0.05)
  const high = sortedQuantile(ratios, 0.95)
  if (![value, low, high].every(Number.isFinite)) return null
  return known('ratio', {
    value,
    low: Math.min(low, value),
    high: Math.max(high, value),
    method: 'modeled',
    how: 'paired draws, shared factors drawn once',
    source: 'this comparison',
  })
}
