import { binomialCdf, binomialTail } from '../stats/binomial.ts'
import { mcnemarExact } from '../stats/mcnemar.ts'
import {
  EXACT_UP_TO,
  inferiorityP,
  lossLowerBound,
  lossUpperBound,
  nonInferiorityP,
  type PairedCounts,
  varianceAt,
} from '../stats/paired-difference.ts'
import { pLossOver, pShareBelow } from '../stats/posterior.ts'
import { clopperPearsonLower, clopperPearsonUpper, wilson } from '../stats/proportion-interval.ts'
import { normalQuantile } from '../stats/special-functions.ts'
import type { Known } from '../unit/estimate.ts'
import type { LossModel } from './loss-model.ts'

/** What a normal test at level alpha asks for. */
export const normalReach = (alpha: number, variance: number): number =>
  normalQuantile(1 - alpha) * Math.sqrt(variance)

/** Wilson's 95 % interval as an estimate. */
export function shareEstimate(successes: number, n: number): Known<'share'> {
  const value = n === 0 ? 0 : successes / n
  const found = { unit: 'share', value, level: 0.95, method: 'measured' } as const
  return {
    kind: 'known',
    ...found,
    ...wilson(successes, n, 0.95),
    how: `Wilson, n = ${n}`,
    source: 'Wilson 1927',
  }
}

/** Right or wrong, against the incumbent on the same items: exact unconditional test and Dirichlet posterior. */
export const pairedLoss = (candidate: ArrayLike<number>, incumbent: ArrayLike<number>): LossModel =>
  lossOfCounts(countPairs(candidate, incumbent), sum(candidate))

/** The same from the counts; `right` is the number of items that the candidate has right. */
export function lossOfCounts(counts: PairedCounts, right: number): LossModel {
  const n = counts.win + counts.tie + counts.lose
  const expected = n === 0 ? 0 : (counts.lose - counts.win) / n
  const method =
    n <= EXACT_UP_TO
      ? 'exact unconditional test of the paired difference, score ordering'
      : 'Tango score test of the paired difference'
  return {
    against: 'incumbent',
    n,
    units: n,
    expected,
    counts,
    pMcNemar: mcnemarExact(counts.win, counts.lose),
    variance: pairVariance(counts),
    reach: (alpha, limit) =>
      normalReach(alpha, Math.max(varianceAt(counts, limit), pairVariance(counts))),
    upper: (alpha) => lossUpperBound(counts, alpha),
    lower: (alpha) => lossLowerBound(counts, alpha),
    pOver: (limit) => pLossOver(counts, limit),
    pNonInferior: (limit) => nonInferiorityP(counts, limit),
    pFixed: (limit) => nonInferiorityP(counts, limit),
    pInferior: (limit) => inferiorityP(counts, limit),
    carries: 'certified',
    method,
    prior: 'Dirichlet(1/2, 1/2, 1/2) over win, tie, lose (Jeffreys)',
    quality: shareEstimate(right, n),
  }
}

/** Of one pair's difference, at the mean of the posterior: above 0 even where every pair differs the same way. */
function pairVariance({ win, lose, tie }: PairedCounts): number {
  const n = win + lose + tie + 1.5
  return (win + lose + 1) / n - ((lose - win) / n) ** 2
}

function countPairs(candidate: ArrayLike<number>, incumbent: ArrayLike<number>): PairedCounts {
  let win = 0
  let lose = 0
  for (let i = 0; i < candidate.length; i += 1) {
    const difference = (candidate[i] as number) - (incumbent[i] as number)
    if (difference > 0) win += 1
    if (difference < 0) lose += 1
  }
  return { win, lose, tie: candidate.length - win - lose }
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i += 1) total += values[i] as number
  return total
}

/** Right or wrong, against a floor: Clopper-Pearson and a Beta posterior. The loss is floor - share right. */
export function shortfall(scores: ArrayLike<number>, floor: number): LossModel {
  const n = scores.length
  const right = sum(scores)
  const share = n === 0 ? floor : right / n
  return {
    against: 'floor',
    n,
    units: n,
    expected: floor - share,
    counts: null,
    pMcNemar: null,
    variance: ((right + 0.5) / (n + 1)) * (1 - (right + 0.5) / (n + 1)),
    reach: (alpha, limit) => normalReach(alpha, (floor - limit) * (1 - floor + limit)),
    upper: (alpha) => floor - clopperPearsonLower(right, n, alpha),
    lower: (alpha) => floor - clopperPearsonUpper(right, n, alpha),
    pOver: (limit) => pShareBelow(right, n, floor - limit),
    pNonInferior: (limit) => binomialTail(right, n, floor - limit),
    pFixed: (limit) => binomialTail(right, n, floor - limit),
    pInferior: (limit) => binomialCdf(right, n, floor - limit),
    carries: 'certified',
    method: 'Clopper-Pearson',
    prior: 'Beta(1/2, 1/2) over the share right (Jeffreys)',
    quality: shareEstimate(right, n),
  }
}
