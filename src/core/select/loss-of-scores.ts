import { boundedLoss, meanMetric } from './loss-bounded.ts'
import { pairedLoss, shortfall } from './loss-exact.ts'
import { type LossModel, onTraffic } from './loss-model.ts'

const isBinary = (scores: ArrayLike<number>): boolean =>
  Array.prototype.every.call(scores, (score: number) => score === 0 || score === 1)

/** The loss model of a mean over items: exact for right or wrong without clusters (bounds widened for traffic), betting otherwise (wider than that by itself). */
export function lossOfScores(
  own: ArrayLike<number>,
  incumbent: ArrayLike<number> | null,
  floor: number,
  clusters: readonly string[] | null,
  traffic: number | null,
): LossModel {
  const exact = clusters === null && isBinary(own) && (incumbent === null || isBinary(incumbent))
  if (!exact) return boundedLoss(meanMetric(own, incumbent, floor, clusters))
  return onTraffic(incumbent === null ? shortfall(own, floor) : pairedLoss(own, incumbent), traffic)
}
