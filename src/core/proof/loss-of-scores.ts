import { boundedLoss, meanMetric } from './loss-bounded.ts'
import { pairedLoss, shortfall } from './loss-exact.ts'
import { type LossModel, onTraffic, remembered } from './loss-model.ts'
import { racedLoss } from './loss-sequential.ts'
import type { Pairing } from './pairing.ts'

const isBinary = (scores: ArrayLike<number>): boolean =>
  Array.prototype.every.call(scores, (score: number) => score === 0 || score === 1)

export interface MeanOptions {
  /** What it is compared with where there is no reference. */
  readonly floor: number
  /** Answers that the choice will serve; null: three times the items. */
  readonly traffic: number | null
  /** Whether the evidence decided when to stop: then only bounds that hold at any stopping time do. */
  readonly stoppedByEvidence?: boolean
}

/**
 * The loss model of a mean over items: exact for right or wrong without clusters (bounds widened for traffic), betting
 * otherwise (wider than that by itself) and where a race stopped.
 */
export function lossOfScores(
  { own, reference, clusters }: Pick<Pairing, 'own' | 'reference' | 'clusters'>,
  { floor, traffic, stoppedByEvidence = false }: MeanOptions,
): LossModel {
  const metric = () => meanMetric(own, reference, floor, clusters)
  const exact = clusters === null && isBinary(own) && (reference === null || isBinary(reference))
  const whole = reference === null ? () => shortfall(own, floor) : () => pairedLoss(own, reference)
  const fixed = exact ? onTraffic(whole(), traffic) : boundedLoss(metric())
  return remembered(stoppedByEvidence ? racedLoss(fixed, metric()) : fixed)
}
