import { boundedLoss, meanMetric } from './loss-bounded.ts'
import { pairedLoss, shortfall } from './loss-exact.ts'
import { type LossModel, remembered } from './loss-model.ts'
import { type Raced, racedLoss } from './loss-sequential.ts'
import type { Pairing } from './pairing.ts'

const isBinary = (scores: ArrayLike<number>): boolean =>
  Array.prototype.every.call(scores, (score: number) => score === 0 || score === 1)

export interface MeanOptions {
  /** What it is compared with where there is no reference. */
  readonly floor: number
  /** How a race ended; absent: every item was judged whatever the evidence. */
  readonly raced?: Raced | undefined
}

/** The loss model of a mean over items: exact for right or wrong without clusters, betting otherwise and where a race stopped. */
export function lossOfScores(
  { own, reference, clusters }: Pick<Pairing, 'own' | 'reference' | 'clusters'>,
  { floor, raced }: MeanOptions,
): LossModel {
  const metric = () => meanMetric(own, reference, floor, clusters)
  const exact = clusters === null && isBinary(own) && (reference === null || isBinary(reference))
  const whole = reference === null ? () => shortfall(own, floor) : () => pairedLoss(own, reference)
  const fixed = exact ? whole() : boundedLoss(metric())
  return remembered(raced === undefined ? fixed : racedLoss(fixed, metric(), raced))
}
