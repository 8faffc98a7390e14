import { anytimeCapital, boundedLoss, type LinearMetric } from './loss-bounded.ts'
import type { LossModel } from './loss-model.ts'

/** How a race ended for a candidate: by its evidence, or with every item judged. */
export type Raced = 'stopped' | 'exhausted'

/**
 * Part of a candidate's error that may stop a race early; the rest is for the test once every item is judged. A betting test needs
 * labels in proportion to log(1 / error), and little more of them at a quarter than at half; the last test needs its error more.
 */
export const stoppingShare = 0.25

/**
 * A race stops when the evidence looks good, so tests for a fixed number of items do not hold at its end. The betting test
 * does, at any stopping time. It and the test over all items share the error: each p-value is divided by its part of it. The
 * posterior does not depend on when a race stops and stays what it is.
 */
export function racedLoss(fixed: LossModel, metric: LinearMetric, raced: Raced): LossModel {
  const anytime = boundedLoss(metric, anytimeCapital)
  const early = (limit: number) => anytime.pNonInferior(limit) / stoppingShare
  const late = (limit: number) => fixed.pFixed(limit) / (1 - stoppingShare)
  if (raced === 'exhausted') {
    const p = (limit: number) => Math.min(1, early(limit), late(limit))
    const upper = (alpha: number) =>
      Math.min(anytime.upper(alpha * stoppingShare), fixed.upper(alpha * (1 - stoppingShare)))
    return { ...fixed, upper, pNonInferior: p, pFixed: p }
  }
  const p = (limit: number) => Math.min(1, early(limit))
  return {
    ...fixed,
    upper: (alpha) => anytime.upper(alpha * stoppingShare),
    lower: anytime.lower,
    pNonInferior: p,
    pFixed: p,
    pInferior: anytime.pInferior,
    carries: 'certified',
    method: 'betting bound, valid at the moment the race stopped',
  }
}
