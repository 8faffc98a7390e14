import type { NextStep } from '../spec/run-result.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { itemsForZeroLosses, pairsForPower, pairsToCertify } from '../stats/sample-size.ts'
import type { LossModel } from './loss-model.ts'
import { counted, plural, roundedUp } from './sentences.ts'

/** Chance that the step settles the question if the loss is what it looks like now. */
const POWER = 0.8

/** More than this is not a step that anybody takes. */
const MOST_LABELS = 100_000

/**
 * Labels still to be added to certify this candidate (or to show that it fails), if its loss is what it looks like:
 * pooled with those at hand at alpha / K, or fresh ones for it alone at alpha, whichever are fewer. Null when the loss
 * stands on the limit and no number settles it.
 */
function labelsToSettle(
  loss: LossModel,
  limit: number,
  risk: RiskSpec,
  looked: number,
): number | null {
  const gap = limit - loss.expected
  if (Math.abs(gap) < 1e-4) return null
  const spread = loss.n / Math.max(1, loss.units)
  const alpha = gap > 0 ? risk.alpha : risk.beta
  const pooledAlpha = gap > 0 ? risk.alpha / looked : risk.beta
  const least = (level: number) => (limit > 0 && gap > 0 ? itemsForZeroLosses(limit, level) : 1)
  const needed = (level: number) =>
    Math.max(least(level), pairsForPower(loss.variance, gap, level, POWER)) * spread
  const pooled = needed(pooledAlpha) - loss.n
  const count = roundedUp(
    Math.max(1, Math.min(pooled > 0 ? pooled : Number.POSITIVE_INFINITY, needed(alpha))),
  )
  return count > MOST_LABELS ? null : count
}

/** Calls of a canary (both models answer, the outcome is known) that would settle it: one sequential test at alpha, no K. */
function canaryCalls(loss: LossModel, limit: number, risk: RiskSpec): number | null {
  const gap = limit - loss.expected
  if (gap < 1e-4) return null
  const spread = loss.n / Math.max(1, loss.units)
  const calls = roundedUp(pairsToCertify(loss.variance, gap, risk.alpha) * spread)
  return calls > MOST_LABELS ? null : calls
}

/** What would settle an open or supported candidate, cheapest first; the cascade needs no labels at all. */
export function settlingSteps(
  id: string,
  loss: LossModel,
  limit: number,
  risk: RiskSpec,
  looked: number,
  incumbent: string | null,
): NextStep[] {
  const steps: NextStep[] = []
  const labels = labelsToSettle(loss, limit, risk, looked)
  const canary = canaryCalls(loss, limit, risk)
  if (labels !== null) {
    const text = `Label about ${counted(labels)} more items: settles it with ${100 * POWER} % chance if ${id} is what it looks like now${loss.expected > limit ? ' (it would then fail)' : ''}.`
    steps.push({ kind: 'labels', count: labels, text })
  }
  if (canary !== null && incumbent !== null) {
    const text = `Run a canary of about ${plural(canary, 'call')} in which ${id} and ${incumbent} both answer and the right answer becomes known; stop as soon as it settles.`
    steps.push({ kind: 'canary', count: canary, text })
  }
  if (incumbent !== null) {
    const text = `Or a cascade: ${id} answers where it is sure, ${incumbent} takes the rest.`
    steps.push({ kind: 'cascade', count: null, text })
  }
  return steps.sort(
    (a, b) => (a.count ?? Number.POSITIVE_INFINITY) - (b.count ?? Number.POSITIVE_INFINITY),
  )
}

/** "1,900 more labels, or a canary of 2,400 calls, would settle it." */
export function settlingSentence(steps: readonly NextStep[]): string {
  const labels = steps.find((step) => step.kind === 'labels')?.count
  const canary = steps.find((step) => step.kind === 'canary')?.count
  const labelText = labels == null ? null : `${counted(labels)} more labels`
  const canaryText = canary == null ? null : `a canary of ${plural(canary, 'call')}`
  if (labelText !== null && canaryText !== null)
    return `${labelText}, or ${canaryText}, would likely settle it.`
  if (labelText !== null || canaryText !== null)
    return `${capital(labelText ?? canaryText ?? '')} would likely settle it.`
  return 'Its loss stands on the margin: no number of labels would settle it; a wider margin or a cascade would.'
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
