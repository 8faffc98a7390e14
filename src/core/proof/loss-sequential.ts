import { boundedLoss, type LinearMetric } from './loss-bounded.ts'
import type { LossModel } from './loss-model.ts'

/**
 * A race stops when the evidence looks good, so bounds for a fixed number of items do not hold at its end. The betting
 * bound does, at any stopping time. The posterior of the fixed design is never allowed to say more than it.
 */
export function racedLoss(fixed: LossModel, metric: LinearMetric): LossModel {
  const anytime = boundedLoss(metric)
  return {
    ...fixed,
    upper: anytime.upper,
    lower: anytime.lower,
    pNonInferior: anytime.pNonInferior,
    pInferior: anytime.pInferior,
    pOver: (limit) => Math.max(fixed.pOver(limit), anytime.pNonInferior(limit)),
    guaranteed: true,
    method: 'betting bound, valid at the moment the race stopped',
    prior: `${fixed.prior}, or the betting p-value where that is larger`,
  }
}
