import { itemsToCertifyMean, pairsToCertify } from '../stats/sample-size.ts'
import { multiply, sum } from '../unit/arithmetic.ts'
import { unknown } from '../unit/estimate.ts'
import { known } from '../unit/known.ts'
import { labelReach, USUAL_DISAGREEMENT } from './label-reach.ts'
import { planSentences } from './plan-sentences.ts'
import type { PlanCandidate, PlanInput, PlannedCandidate, PlanReport } from './plan-types.ts'
import { regimeFor } from './regime.ts'

/**
 * What a run is likely to take and what its labels can show, before anything runs: the regime with its reason, items,
 * joules and money per candidate, the smallest margin that can be certified. Expectations, with the whole set as upper end.
 */
export function planReport(input: PlanInput): PlanReport {
  const rivals = rivalsOf(input)
  const looked = Math.max(1, rivals.length)
  const regime = regimeFor(input)
  const planned = input.candidates.map((candidate) =>
    plannedFor(candidate, input, regime.kind, looked),
  )
  const none = unknown('no candidates')
  const energy = sum<'J'>(
    none,
    planned.map((entry) => entry.energy),
  )
  const money = sum<'money'>(
    none,
    planned.map((entry) => entry.money),
  )
  const calls = sum<'count'>(
    none,
    planned.map((entry) => entry.items),
  )
  const fitsBudget = budgetFit(input, { energy, money, calls })
  const labels = labelReach(input.items, looked, input.bar, input.risk, input.disagreement)
  const facts = { regime, candidates: planned, energy, money, calls, fitsBudget, labels }
  return { ...facts, sentences: planSentences(input, facts) }
}

/** Those that could be chosen: with a relative bar all but the incumbent. */
const rivalsOf = ({ candidates, incumbent, bar }: PlanInput): readonly PlanCandidate[] =>
  bar.kind === 'relative' ? candidates.filter(({ id }) => id !== incumbent) : candidates

/** Distance from the bar at which a candidate usually stands: 10 points when it fails (median of the study's matrices). */
const USUAL_DISTANCE = 0.1

function plannedFor(
  candidate: PlanCandidate,
  input: PlanInput,
  regime: 'full' | 'race',
  looked: number,
): PlannedCandidate {
  const everything = Math.max(0, input.items - candidate.stored)
  const along = input.bar.kind === 'relative' && candidate.id === input.incumbent
  const raced = Math.min(
    everything,
    Math.max(0, raceItems(input, looked, along) - candidate.stored),
  )
  const value = regime === 'full' ? everything : raced
  const low = regime === 'full' ? everything : Math.min(value, everything, 30)
  const how = regime === 'full' ? 'every item' : 'planning formula of the betting e-process'
  const about = { method: 'modeled', source: 'selection study 2.2' } as const
  const items = known('count', { value, low, high: everything, level: 0.9, how, ...about })
  return {
    id: candidate.id,
    items,
    energy: multiply(items, candidate.energyPerItem, 'J'),
    money: multiply(items, candidate.pricePerItem, 'money'),
  }
}

/**
 * Expected items in a race: most candidates stand at the usual distance and are decided fast, one of them is accepted
 * at a distance of about the margin; the incumbent runs along as far as the slowest.
 */
function raceItems(
  { bar, risk, disagreement = USUAL_DISAGREEMENT, items }: PlanInput,
  looked: number,
  along: boolean,
): number {
  const alpha = risk.alpha / looked
  const far = (level: number) =>
    bar.kind === 'relative'
      ? pairsToCertify(Math.max(disagreement, USUAL_DISTANCE), USUAL_DISTANCE, level)
      : itemsToCertifyMean(Math.max(0.01, bar.floor - USUAL_DISTANCE), bar.floor, level)
  const close =
    bar.kind === 'relative'
      ? pairsToCertify(disagreement, bar.margin, alpha)
      : itemsToCertifyMean((1 + bar.floor) / 2, bar.floor, alpha)
  const slow = Math.min(items, close)
  return Math.ceil(along ? slow : (slow + (looked - 1) * far(risk.beta)) / looked)
}

function budgetFit(
  { budget }: PlanInput,
  { energy, money, calls }: Pick<PlanReport, 'energy' | 'money' | 'calls'>,
): PlanReport['fitsBudget'] {
  const parts = [
    ['joules', budget.joules, energy],
    ['money', budget.money, money],
    ['calls', budget.calls, calls],
  ] as const
  const asked = parts.filter(([, limit]) => limit !== undefined)
  if (asked.length === 0) return { ok: true, why: 'no budget is set' }
  for (const [name, limit = 0, need] of asked) {
    if (need.kind !== 'known')
      return { ok: true, why: `the ${name} needed are unknown; the run stops at the budget` }
    const [likely, worst, most] = [need.value, need.high, limit].map(format)
    if (need.value > limit)
      return { ok: false, why: `it will likely take ${likely} ${name}, but the budget is ${most}` }
    if (need.high > limit) {
      const why = `likely within the ${name} budget; at worst it needs ${worst} and stops at ${most}`
      return { ok: true, why }
    }
  }
  return { ok: true, why: 'within the budget even if every candidate runs on every item' }
}

const format = (value: number): string => String(Number(value.toPrecision(3)))
