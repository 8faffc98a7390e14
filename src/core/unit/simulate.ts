import { RightsizeError } from '../error/error.ts'
import { seededRandom } from '../random/random.ts'
import { weakerMethod } from './arithmetic.ts'
import type { EstimateMethod, Known, Unit } from './estimate.ts'
import { type Factor, quantile } from './factor.ts'
import { known } from './known.ts'

/** A quantity as a function of named factors; `value` receives them in the order of `factors`. */
export interface FactorModel {
  readonly factors: readonly Factor[]
  readonly value: (x: readonly number[]) => number
}

export interface SimulationOptions {
  readonly seed: number
  /** How many draws; 10,000 unless said. */
  readonly draws?: number
}

/** Draws of one quantity, in drawing order (so that two quantities of one simulation pair up). */
export type Draws = Float64Array

/**
 * Draws every model at once. A factor name is drawn once, whatever number of models use it: shared
 * uncertainty cancels between them. The same seed gives the same draws for the same name, on every machine and
 * in every order of models.
 */
export function simulate(
  models: readonly FactorModel[],
  options: SimulationOptions,
): readonly Draws[] {
  const { seed, draws = 10_000 } = options
  const columns = new Map<string, { readonly factor: Factor; readonly draws: Draws }>()
  for (const { factors } of models) for (const each of factors) drawOnce(columns, each, seed, draws)
  return models.map((model) => evaluate(model, columns, draws))
}

function drawOnce(
  columns: Map<string, { readonly factor: Factor; readonly draws: Draws }>,
  each: Factor,
  seed: number,
  draws: number,
): void {
  const seen = columns.get(each.name)
  if (seen === undefined) {
    columns.set(each.name, { factor: each, draws: drawFactor(each, seed, draws) })
    return
  }
  const { value, low, high } = seen.factor.estimate
  const own = each.estimate
  if (value !== own.value || low !== own.low || high !== own.high)
    throw new RightsizeError(
      'FACTOR_CONFLICT',
      `the factor "${each.name}" is ${value} in one model and ${own.value} in another`,
    )
}

/** Draws of one factor; the stream is named after the factor. */
export function drawFactor(each: Factor, seed: number, draws: number): Draws {
  const { bits } = seededRandom(seed, each.name)
  const at = quantile(each)
  const out = new Float64Array(draws)
  // Half a step more: never 0, never 1.
  for (let i = 0; i < draws; i++) out[i] = at((bits() + 0.5) / 2 ** 32)
  return out
}

function evaluate(
  { factors, value }: FactorModel,
  columns: ReadonlyMap<string, { readonly draws: Draws }>,
  draws: number,
): Draws {
  const used = factors.map(({ name }) => columns.get(name)?.draws ?? new Float64Array(draws))
  const out = new Float64Array(draws)
  const x = new Array<number>(factors.length).fill(0)
  for (let i = 0; i < draws; i++) {
    for (let j = 0; j < used.length; j++) x[j] = used[j]?.[i] ?? 0
    out[i] = value(x)
  }
  return out
}

/** The model at the central value of every factor. */
export function central({ factors, value }: FactorModel): number {
  return value(factors.map(({ estimate }) => estimate.value))
}

/** The q-quantile of sorted draws, by linear interpolation (Hyndman and Fan type 7). */
export function sortedQuantile(sorted: Draws, q: number): number {
  const at = q * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? below
  return below + (above - below) * (at - Math.floor(at))
}

/**
 * The model as an estimate: value at the central factors, [low, high] the central interval of the draws at
 * `level` (0.9: p5 and p95), widened to hold the value where the model is skewed past it.
 */
export function summarise<U extends Unit>(
  unit: U,
  model: FactorModel,
  draws: Draws,
  about: { readonly how: string; readonly level?: number },
): Known<U> {
  const level = about.level ?? 0.9
  const value = central(model)
  const sorted = Float64Array.from(draws).sort()
  return known(unit, {
    value,
    low: Math.min(value, sortedQuantile(sorted, (1 - level) / 2)),
    high: Math.max(value, sortedQuantile(sorted, (1 + level) / 2)),
    level,
    method: weakest(model.factors),
    how: about.how,
    source: [...new Set(model.factors.map(({ estimate }) => estimate.source))].join('; '),
  })
}

function weakest(factors: readonly Factor[]): EstimateMethod {
  return factors.reduce<EstimateMethod>(
    (method, { estimate }) => weakerMethod(method, estimate.method),
    'measured',
  )
}
