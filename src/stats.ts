/**
 * Statistics of paired comparisons: exact tests and bounds, intervals, anytime-valid bets, sample sizes, and the claim that a
 * run or a search makes of them. Pure functions of numbers: no package, no file, no clock.
 *
 * ```ts
 * import { itemsForZeroLosses, lossUpperBound, wilson } from 'rightsize/stats'
 *
 * // 12 items that only the small model gets right, 15 that only the large one does, 973 on which they agree.
 * const upper = lossUpperBound({ win: 12, tie: 973, lose: 15 }, 0.05)
 * console.log(`at most ${(100 * upper).toFixed(2)} points worse, with 95 % confidence`)
 * console.log(wilson(868, 1000, 0.95), itemsForZeroLosses(0.01, 0.05))
 * ```
 *
 * ```ts
 * import { claimOf, pairedLoss, uncorrected } from 'rightsize/stats'
 *
 * const loss = pairedLoss([1, 1, 0, 1], [1, 0, 0, 1])
 * const risk = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 } as const
 * console.log(claimOf(loss, { limit: 0.01, risk, correction: uncorrected, look: 1, traffic: null }).kind)
 * ```
 */
export { claimOf, type Terms } from './core/proof/claim.ts'
export { type Correction, correctionFor, uncorrected } from './core/proof/grade.ts'
export { pairedLoss, shortfall } from './core/proof/loss-exact.ts'
export type { LossModel } from './core/proof/loss-model.ts'
export { type Random, seededRandom } from './core/random/random.ts'
export type { Claim, ClaimKind } from './core/result/claim.ts'
export {
  bettingLowerBound,
  bettingUpperBound,
  type LinearStatistic,
  type LogCapital,
  logCapitalAnytime,
  logCapitalFixed,
} from './core/stats/betting-bound.ts'
export { binomialCdf, binomialTail } from './core/stats/binomial.ts'
export {
  type Bootstrap,
  type BootstrapOptions,
  bcaQuantile,
  bcaShareOver,
  bootstrap,
} from './core/stats/bootstrap.ts'
export { EProcess, type EProcessOptions } from './core/stats/e-process.ts'
export { mcnemarExact } from './core/stats/mcnemar.ts'
export {
  inferiorityP,
  lossLowerBound,
  lossUpperBound,
  nonInferiorityP,
  type PairedCounts,
} from './core/stats/paired-difference.ts'
export { JEFFREYS, pLossOver, pShareBelow } from './core/stats/posterior.ts'
export {
  clopperPearson,
  clopperPearsonLower,
  clopperPearsonUpper,
  type Interval,
  wilson,
} from './core/stats/proportion-interval.ts'
export { type QuantileInterval, quantileInterval } from './core/stats/quantile.ts'
export {
  itemsForZeroLosses,
  itemsToCertifyMean,
  pairsForPower,
  pairsToCertify,
} from './core/stats/sample-size.ts'
