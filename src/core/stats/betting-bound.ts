import { EProcess } from './e-process.ts'

/** Values of independent units, each in [low, high], of which the mean is at least 0 under a hypothesis. */
export interface Bets {
  readonly z: Float64Array
  readonly low: number
  readonly high: number
}

/**
 * A metric that is linear in sums over independent units: it is at least q exactly when the mean of z(q) over units is
 * at least 0. z falls as q rises, and lies in [low, high] for every possible unit.
 */
export interface LinearStatistic {
  readonly at: (q: number) => Bets
  readonly lowest: number
  readonly highest: number
}

/** Natural log of the capital of betting against "the mean of z is at most 0". */
export type LogCapital = (bets: Bets) => number

const betCount = 6
const largestBet = 0.9

/**
 * Capital after all units, from constant bets: the mean over fractions f of the product of 1 + f (y - m) / m, with y = z scaled to
 * 0..1 and m its mean under the hypothesis. A product does not depend on the order of its factors, so no id or seed
 * does. The fractions reach from the best one for the largest variance that the range allows, sqrt(6 m / ((1 - m) n)) at
 * alpha = 5 % (Waudby-Smith and Ramdas 2023, section 3.3), to 0.9, so that few are wasted. Mean 1 under the hypothesis,
 * hence at least 1 / alpha with probability at most alpha (Markov).
 */
export function logCapitalFixed({ z, low, high }: Bets): number {
  const m = -low / (high - low)
  if (z.length === 0 || m <= 0 || m >= 1) return 0
  const least = Math.min(largestBet, Math.sqrt((6 * m) / ((1 - m) * z.length)))
  const logs = Array.from({ length: betCount }, (_, g) => {
    const bet = (least * (largestBet / least) ** (g / (betCount - 1))) / (m * (high - low))
    return z.reduce((sum, value) => sum + Math.log1p(bet * value), 0)
  })
  const top = Math.max(...logs)
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0) / betCount)
}

/** The largest capital that units in random order ever reach: for a test that may stop at any of them (Ville). */
export function logCapitalAnytime({ z, low, high }: Bets): number {
  const process = new EProcess({ nullMean: -low / (high - low), size: null, threshold: 1e300 })
  for (const value of z) process.update((value - low) / (high - low))
  return process.logMax
}

/** The same units for the opposite question: the metric mirrored at 0. */
export const mirrored = ({ at, lowest, highest }: LinearStatistic): LinearStatistic => ({
  lowest: -highest,
  highest: -lowest,
  at: (q) => {
    const { z, low, high } = at(-q)
    return { z: z.map((value) => -value), low: -high, high: -low }
  },
})

/**
 * Smallest value of the metric that is not excluded at one-sided level 1 - alpha (Waudby-Smith and Ramdas 2023): the
 * betting capital against anything smaller has reached 1/alpha. Holds at any size; to 1e-5.
 */
export function bettingLowerBound(
  statistic: LinearStatistic,
  alpha: number,
  capital: LogCapital = logCapitalFixed,
): number {
  let [low, high] = [statistic.lowest, statistic.highest]
  while (high - low > 1e-5) {
    const middle = (low + high) / 2
    if (capital(statistic.at(middle)) >= Math.log(1 / alpha)) low = middle
    else high = middle
  }
  return low
}

/** Largest value that is not excluded. */
export const bettingUpperBound = (
  statistic: LinearStatistic,
  alpha: number,
  capital: LogCapital = logCapitalFixed,
): number => -bettingLowerBound(mirrored(statistic), alpha, capital)
