import { itemsToCertifyMean, pairsToCertify } from '../stats/sample-size.ts'
import { type Estimate, type Known, type Unit, unknown } from '../unit/estimate.ts'
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
  const energy = total(
    'J',
    planned.map((entry) => entry.energy),
  )
  const money = total(
    'money',
    planned.map((entry) => entry.money),
  )
  const calls = total(
    'count',
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
  const items = count(value, low, everything, how)
  return {
    id: candidate.id,
    items,
    energy: times('J', items, candidate.energyPerItem),
    money: times('money', items, candidate.pricePerItem),
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

function count(value: number, low: number, high: number, how: string): Known<'count'> {
  const rest = { level: 0.9, method: 'modeled', how, source: 'selection study 2.2' } as const
  return { kind: 'known', unit: 'count', value, low, high, ...rest }
}

/** Items times a cost per item: both intervals multiplied end by end. */
function times<U extends 'J' | 'money'>(
  unit: U,
  items: Known<'count'>,
  each: Estimate<'JPerItem' | 'moneyPerItem'>,
): Estimate<U> {
  if (each.kind !== 'known') return each
  return {
    ...each,
    unit,
    value: items.value * each.value,
    low: items.low * each.low,
    high: items.high * each.high,
    how: `${each.how}, times items (${items.how})`,
  }
}

/** The sum; unknown as soon as one part is. */
function total<U extends Unit>(unit: U, parts: readonly Estimate<U>[]): Estimate<U> {
  const lacking = parts.find((part) => part.kind !== 'known')
  if (lacking !== undefined) return lacking
  const known = parts.flatMap((part) => (part.kind === 'known' ? [part] : []))
  const first = known[0]
  if (first === undefined) return unknown('no candidates')
  const sum = (of: (part: Known<U>) => number) => known.reduce((all, part) => all + of(part), 0)
  const ends = { value: sum((p) => p.value), low: sum((p) => p.low), high: sum((p) => p.high) }
  return { ...first, unit, ...ends, how: 'sum over candidates' }
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
    if (need.value > limit) {
      return {
        ok: false,
        why: `it will likely take ${format(need.value)} ${name}, but the budget is ${format(limit)}`,
      }
    }
    if (need.high > limit) {
      return {
        ok: true,
        why: `likely within the ${name} budget; at worst it needs ${format(need.high)} and stops at ${format(limit)}`,
      }
    }
  }
  return { ok: true, why: 'within the budget even if every candidate runs on every item' }
}

const format = (value: number): string => String(Number(value.toPrecision(3)))
