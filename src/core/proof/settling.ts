import type { NextStep } from '../result/run-result.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { itemsForZeroLosses, pairsToCertify } from '../stats/sample-size.ts'
import { normalCdf } from '../stats/special-functions.ts'
import { plural, roundedUp } from '../unit/figure-words.ts'
import { chancePooledBelow } from './forecast.ts'
import type { Correction } from './grade.ts'
import type { LookTerms } from './look-alpha.ts'
import type { LossModel } from './loss-model.ts'

/** Chance that the step settles the question, as it is stated. */
const power = 0.8

/**
 * Chance that is asked for under the flat prior behind Normal(loss, v / n). True losses lie closer to the limit than that prior
 * thinks: on pairs of public models, numbers assured at 85 % settled 80 % (`npm run bench -- numbers advice`).
 */
const assured = 0.85

/** Independent units below which their spread says nothing of others. */
const fewestUnits = 10

/** More than this is not a step that anybody takes. */
const mostLabels = 100_000

/** On what terms it would settle. */
export interface SettlingTerms {
  readonly limit: number
  /** Errors that all looks may make. */
  readonly risk: RiskSpec
  /** The look that left it open. */
  readonly look: LookTerms
  readonly correction: Correction
}

/** Error at which the next look certifies one candidate. */
const nextAlpha = ({ risk, look, correction }: SettlingTerms): number =>
  risk.alpha * look.next * correction.share

/**
 * Chance that `more` labels, pooled with those at hand, certify this candidate at the next look, or show that it fails. The
 * true loss is not taken to be the observed one.
 */
function chanceToSettle(loss: LossModel, more: number, terms: SettlingTerms): number {
  const { limit, risk } = terms
  const distance = (alpha: number) => loss.reach(alpha, limit) / Math.sqrt(loss.n + more)
  const certifies = chancePooledBelow(loss, more, limit - distance(nextAlpha(terms)))
  const fails = 1 - chancePooledBelow(loss, more, limit + distance(risk.beta))
  return certifies + fails
}

/** Labels still to be added so that the next look settles it with the chance named; null where no practical number does. */
function labelsToSettle(loss: LossModel, terms: SettlingTerms): number | null {
  if (loss.variance <= 0) return null
  const enough = (more: number) => chanceToSettle(loss, more, terms) >= assured
  const least =
    terms.limit > 0 && loss.expected < terms.limit
      ? itemsForZeroLosses(terms.limit, nextAlpha(terms)) - loss.n
      : 1
  let high = Math.max(1, least)
  while (!enough(high) && high <= mostLabels) high *= 1.05
  const count = roundedUp(high)
  return count > mostLabels ? null : count
}

/**
 * Calls of a canary (both models answer, the outcome is known) that would settle it: one sequential test at the next look's
 * error, at the distance from the limit that the true loss has with the chance named.
 */
function canaryCalls(loss: LossModel, terms: SettlingTerms): number | null {
  const { variance, n, expected } = loss
  const spread = Math.sqrt(variance / n)
  const inside = (gap: number) =>
    normalCdf((terms.limit + gap - expected) / spread) -
    normalCdf((terms.limit - gap - expected) / spread)
  let gap = 1
  while (gap > 1e-4 && inside(gap) > 1 - assured) gap /= 1.02
  const calls = roundedUp(
    Math.max(1, pairsToCertify(variance, gap, terms.risk.alpha * terms.look.next)),
  )
  return calls > mostLabels ? null : calls
}

/** What would settle an undecided or supported candidate, cheapest first; the cascade needs no labels at all. */
export function settlingSteps(
  { id, incumbent }: { readonly id: string; readonly incumbent: string | null },
  loss: LossModel,
  terms: SettlingTerms,
): NextStep[] {
  const steps: NextStep[] = []
  const alike = loss.units < fewestUnits && loss.units < loss.n
  const labels = alike ? null : labelsToSettle(loss, terms)
  const canary = alike ? null : canaryCalls(loss, terms)
  if (alike) {
    const text = `These ${loss.n} items stand for ${plural(loss.units, 'item')}: the others repeat an input or belong to a group. Label items of other inputs and groups.`
    steps.push({ kind: 'labels', count: null, text })
  }
  if (labels !== null) {
    const text = `Label about ${plural(labels, 'more item')}: settles with ${100 * power} % chance whether ${id} is good enough.`
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
  const alike = steps.find(({ kind, count }) => kind === 'labels' && count === null)
  if (alike !== undefined) return alike.text
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
