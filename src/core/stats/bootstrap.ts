import { seededRandom } from '../random/random.ts'
import { normalCdf, normalQuantile } from './special-functions.ts'

export interface BootstrapOptions {
  readonly resamples: number
  readonly seed: number
  /** Cluster number by unit; clusters are drawn whole. */
  readonly clusters?: ArrayLike<number>
}

/** A resampled statistic. */
export interface Bootstrap {
  readonly estimate: number
  /** The resampled values, ascending. */
  readonly values: Float64Array
  /** Bias and acceleration of Efron's BCa (1987). */
  readonly bias: number
  readonly acceleration: number
}

/**
 * Resamples units (or whole clusters) with replacement. `statistic(weights)` is given how often each unit counts;
 * for a paired comparison it computes both metrics with the same weights and returns the difference.
 */
export function bootstrap(
  units: number,
  statistic: (weights: Float64Array) => number,
  { resamples, seed, clusters }: BootstrapOptions,
): Bootstrap {
  const groups = membersOf(units, clusters)
  const estimate = statistic(new Float64Array(units).fill(1))
  const random = seededRandom(seed)
  const values = new Float64Array(resamples)
  const weights = new Float64Array(units)
  for (let r = 0; r < resamples; r += 1) {
    weights.fill(0)
    for (let draw = 0; draw < groups.length; draw += 1) {
      for (const unit of groups[random.integer(groups.length)] as number[]) {
        weights[unit] = (weights[unit] as number) + 1
      }
    }
    values[r] = statistic(weights)
  }
  values.sort()
  return {
    estimate,
    values,
    bias: biasOf(values, estimate),
    acceleration: accelerationOf(units, groups, statistic),
  }
}

function membersOf(units: number, clusters: ArrayLike<number> | undefined): number[][] {
  if (clusters === undefined) return Array.from({ length: units }, (_, i) => [i])
  const groups = new Map<number, number[]>()
  for (let i = 0; i < units; i += 1) {
    const key = clusters[i] as number
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [i])
    else group.push(i)
  }
  return [...groups.values()]
}

/** z0: normal quantile of the share of resamples below the estimate, ties counted half. */
function biasOf(values: Float64Array, estimate: number): number {
  let below = 0
  for (const value of values) below += value < estimate ? 1 : value === estimate ? 0.5 : 0
  const share = (below + 0.5) / (values.length + 1)
  return normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, share)))
}

/** Jackknife over groups; more than 200 groups are left out in 200 blocks, which changes the acceleration little. */
function accelerationOf(
  units: number,
  groups: readonly (readonly number[])[],
  statistic: (weights: Float64Array) => number,
): number {
  const blocks = Math.min(200, groups.length)
  const without: number[] = []
  for (let b = 0; b < blocks; b += 1) {
    const weights = new Float64Array(units).fill(1)
    for (let g = b; g < groups.length; g += blocks) {
      for (const unit of groups[g] as number[]) weights[unit] = 0
    }
    without.push(statistic(weights))
  }
  const mean = without.reduce((sum, value) => sum + value, 0) / without.length
  let squares = 0
  let cubes = 0
  for (const value of without) {
    squares += (mean - value) ** 2
    cubes += (mean - value) ** 3
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
}

/** The BCa bound below which the statistic lies with probability `level`, approximately. */
export function bcaQuantile({ values, bias, acceleration }: Bootstrap, level: number): number {
  const z = bias + normalQuantile(level)
  const adjusted = normalCdf(bias + z / (1 - acceleration * z))
  const place = Math.min(
    values.length - 1,
    Math.max(0, Math.ceil(adjusted * (values.length + 1)) - 1),
  )
  return values[place] as number
}

/** BCa confidence that the statistic lies above `limit`: the level at which the bound would equal it. */
export function bcaShareOver({ values, bias, acceleration }: Bootstrap, limit: number): number {
  let below = 0
  for (const value of values) below += value < limit ? 1 : value === limit ? 0.5 : 0
  const share = (below + 0.5) / (values.length + 1)
  const w = normalQuantile(share) - bias
  const level = normalCdf(w / (1 + acceleration * w) - bias)
  return 1 - level
}
