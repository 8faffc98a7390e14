import { EProcess } from './e-process.ts'

/**
 * A metric that is linear in sums over independent units: it is at least q exactly when the mean of z(q) over units is
 * at least 0. z falls as q rises, and lies in [low, high] for every possible unit. Units stand in random order.
 */
export interface LinearStatistic {
  readonly at: (q: number) => {
    readonly z: Float64Array
    readonly low: number
    readonly high: number
  }
  readonly lowest: number
  readonly highest: number
}

/** Natural log of the largest capital that betting against "the metric is at most q" ever reaches; stops at `enough`. */
export function logCapitalAbove(statistic: LinearStatistic, q: number, enough: number): number {
  const { z, low, high } = statistic.at(q)
  const process = new EProcess({ nullMean: -low / (high - low), size: null, threshold: enough })
  for (let i = 0; i < z.length && !process.rejected; i += 1) {
    process.update(((z[i] as number) - low) / (high - low))
  }
  return process.logMax
}

/** The same against "the metric is at least q". */
export function logCapitalBelow(statistic: LinearStatistic, q: number, enough: number): number {
  const mirrored = (at: number) => {
    const { z, low, high } = statistic.at(-at)
    return { z: z.map((value) => -value), low: -high, high: -low }
  }
  const { lowest, highest } = statistic
  return logCapitalAbove({ at: mirrored, lowest: -highest, highest: -lowest }, -q, enough)
}

/**
 * Smallest value of the metric that is not excluded at one-sided level 1 - alpha (Waudby-Smith and Ramdas 2023): the
 * betting capital against anything smaller has reached 1/alpha. Holds at any size and any stopping time; to 1e-5.
 */
export function bettingLowerBound(statistic: LinearStatistic, alpha: number): number {
  let [low, high] = [statistic.lowest, statistic.highest]
  while (high - low > 1e-5) {
    const middle = (low + high) / 2
    if (logCapitalAbove(statistic, middle, 1 / alpha) >= Math.log(1 / alpha)) low = middle
    else high = middle
  }
  return low
}

/** Largest value that is not excluded. */
export function bettingUpperBound(statistic: LinearStatistic, alpha: number): number {
  let [low, high] = [statistic.lowest, statistic.highest]
  while (high - low > 1e-5) {
    const middle = (low + high) / 2
    if (logCapitalBelow(statistic, middle, 1 / alpha) >= Math.log(1 / alpha)) high = middle
    else low = middle
  }
  return high
}
