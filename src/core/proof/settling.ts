import type { NextStep } from '../result/run-result.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { itemsForZeroLosses, pairsForPower, pairsToCertify } from '../stats/sample-size.ts'
import { plural, roundedUp } from '../unit/figure-words.ts'
import type { LookTerms } from './look-alpha.ts'
import type { LossModel } from './loss-model.ts'

/** Chance that the step settles the question if the loss is what it looks like now. */
const power = 0.8

/** More than this is not a step that anybody takes. */
const mostLabels = 100_000

/** On what terms it would settle. */
export interface SettlingTerms {
  readonly limit: number
  readonly risk: Pick<RiskSpec, 'beta'>
  /** The look that left it open: what fresh items, and these again, could spend. */
  readonly look: LookTerms
  /** Candidates that the bound is corrected for. */
  readonly looked: number
}

/**
 * Labels still to be added to certify this candidate (or to show that it fails), if its loss is what it looks like:
 * pooled with those at hand at the next look's alpha / K, or fresh ones for it alone, whichever are fewer. Null when the loss
 * stands on the limit and no number settles it.
 */
function labelsToSettle(loss: LossModel, terms: SettlingTerms): number | null {
  const { limit, risk, look, looked } = terms
  const gap = limit - loss.expected
  if (Math.abs(gap) < 1e-4) return null
  const spread = loss.n / Math.max(1, loss.units)
  const alpha = gap > 0 ? look.fresh : risk.beta
  const pooledAlpha = gap > 0 ? look.next / looked : risk.beta
  const least = (level: number) => (limit > 0 && gap > 0 ? itemsForZeroLosses(limit, level) : 1)
  const needed = (level: number) =>
    Math.max(least(level), pairsForPower(loss.variance, gap, level, power)) * spread
  const pooled = needed(pooledAlpha) - loss.n
  const count = roundedUp(
    Math.max(1, Math.min(pooled > 0 ? pooled : Number.POSITIVE_INFINITY, needed(alpha))),
  )
  return count > mostLabels ? null : count
}

/** Calls of a canary (both models answer, the outcome is known) that would settle it: one sequential test at alpha, no K. */
function canaryCalls(loss: LossModel, { limit, look }: SettlingTerms): number | null {
  const gap = limit - loss.expected
  if (gap < 1e-4) return null
  const spread = loss.n / Math.max(1, loss.units)
  const calls = roundedUp(Math.max(1, pairsToCertify(loss.variance, gap, look.fresh) * spread))
  return calls > mostLabels ? null : calls
}

/** What would settle an undecided or supported candidate, cheapest first; the cascade needs no labels at all. */
export function settlingSteps(
  { id, incumbent }: { readonly id: string; readonly incumbent: string | null },
  loss: LossModel,
  terms: SettlingTerms,
): NextStep[] {
  const steps: NextStep[] = []
  const labels = labelsToSettle(loss, terms)
  const canary = canaryCalls(loss, terms)
  if (labels !== null) {
    const fails = loss.expected > terms.limit ? ' (it would then fail)' : ''
    const text = `Label about ${plural(labels, 'more item')}: settles it with ${100 * power} % chance if ${id} is what it looks like now${fails}.`
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

/** "1,900 more labels, or a canary of 2,400 calls, would likely settle it."; empty where labels are not what is missing. */
export function settlingSentence(
  steps: readonly NextStep[],
  against: LossModel['against'],
): string {
  if (steps.some(({ kind }) => kind === 'cost' || kind === 'candidate') && !hasLabels(steps))
    return ''
  const labels = steps.find((step) => step.kind === 'labels')?.count
  const canary = steps.find((step) => step.kind === 'canary')?.count
  const labelText = labels == null ? null : plural(labels, 'more label')
  const canaryText = canary == null ? null : `a canary of ${plural(canary, 'call')}`
  if (labelText !== null && canaryText !== null)
    return `${labelText}, or ${canaryText}, would likely settle it.`
  if (labelText !== null || canaryText !== null)
    return `${capital(labelText ?? canaryText ?? '')} would likely settle it.`
  return against === 'floor'
    ? 'It stands on the floor: no practical number of labels would settle it; a lower floor would.'
    : 'Its loss stands on the margin: no practical number of labels would settle it; a wider margin or a cascade would.'
}

const hasLabels = (steps: readonly NextStep[]): boolean =>
  steps.some(({ kind }) => kind === 'labels' || kind === 'canary')

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
