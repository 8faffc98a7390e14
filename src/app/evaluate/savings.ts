import { type Accepted, acceptRatio } from '../../core/carbon/accept-ratio.ts'
import { releaseOf } from '../../core/carbon/load.ts'
import { costRatio, savingOf } from '../../core/carbon/saving.ts'
import { energyModel } from '../../core/carbon/sci-model.ts'
import { type Site, servedPerS, usageOf } from '../../core/carbon/site.ts'
import { energyWithIdle } from '../../core/carbon/usage-energy.ts'
import { headlineQuantity, pairedRatio } from '../../core/energy/paired-cost.ts'
import type { Saving } from '../../core/result/saving.ts'
import type { CandidateSettings } from '../../core/spec/spec.ts'
import { compare } from '../../core/unit/compare.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { exact } from '../../core/unit/known.ts'
import type { ItemCost } from './cost.ts'
import type { Measured } from './measure.ts'

/** What one candidate costs per item, and what of its answers is accepted. */
export interface Priced {
  readonly id: string
  readonly settings: CandidateSettings
  readonly cost: ItemCost
  readonly accepted: Accepted
}

/** A candidate against the incumbent. */
export interface Against {
  /** Accept rate over the incumbent's, on the same items. */
  readonly acceptRatio: Estimate<'ratio'>
  /** Cost of an answer, incumbent over candidate. */
  readonly ratio: Estimate<'ratio'>
  readonly saving: Saving
}

/**
 * Every candidate against the incumbent, in one quantity for all, so that a column never mixes two: what the windows
 * paired (joules of a sensor, else CPU time), or where they paired nothing, stated joules, or else prices.
 */
export function againstIncumbent(
  all: readonly Priced[],
  incumbent: string | null,
  seen: Seen,
): ReadonlyMap<string, Against> {
  const before = all.find(({ id }) => id === incumbent)
  const ratios = before === undefined ? new Map() : ratiosTo(before, all, seen)
  const serving = seen.site?.serving ?? null
  return new Map(
    all.map((one) => {
      const { of, ratio } = ratios.get(one.id) ?? { of: 'CPU time', ratio: noIncumbent }
      const rates =
        before === undefined
          ? noIncumbent
          : one === before
            ? exact('ratio', 1, 'the incumbent itself')
            : acceptRatio(one.accepted, before.accepted)
      const sides = { candidate: answered(one, of), incumbent: answered(before ?? one, of) }
      const release =
        serving === null || serving.deployment.scaleToZero || one === before
          ? null
          : releaseOf(serving, servedPerS(one.cost))
      const saving = savingOf(of, sides, { costs: ratio, rates }, release)
      return [one.id, { acceptRatio: rates, ratio, saving }]
    }),
  )
}

const noIncumbent = unknown('no incumbent named, saving not stated')

const costOf = ({ cost }: Priced, of: Saving['of']): Saving['candidate']['perAnswer'] =>
  of === 'energy'
    ? energyWithIdle({ energy: cost.energyPerItem, idle: cost.idlePerItem })
    : of === 'price'
      ? cost.pricePerItem
      : cost.cpuPerItem

const answered = (one: Priced, of: Saving['of']) => ({
  perAnswer: costOf(one, of),
  acceptRate: one.accepted.rate,
})

/** What the windows measured, and where the work would be served. */
export interface Seen extends Pick<Measured, 'windows' | 'meters'> {
  readonly site: Site | null
}

interface CostRatio {
  readonly of: Saving['of']
  readonly ratio: Estimate<'ratio'>
}

function ratiosTo(
  before: Priced,
  all: readonly Priced[],
  seen: Seen,
): ReadonlyMap<string, CostRatio> {
  const { site, ...measured } = seen
  const loaded = site?.serving ? atLoad(before, all, site) : null
  if (loaded !== null) return loaded
  const paired = new Map(
    all.map((one) => [one.id, one === before ? itself : pairedWindows(one, before, measured)]),
  )
  const rivals = all.filter((one) => one !== before)
  const known = rivals.some(({ id }) => paired.get(id)?.ratio.kind === 'known')
  const of = known
    ? undefined
    : (['energy', 'price'] as const).find((quantity) =>
        rivals.some((one) => comparable(one, before, quantity)),
      )
  if (of === undefined) return paired
  return new Map(
    all.map((one) => {
      const was = paired.get(one.id) ?? itself
      if (one === before || !comparable(one, before, of)) return [one.id, { of, ratio: was.ratio }]
      return [one.id, { of, ratio: costRatio(costOf(one, of), costOf(before, of), null) }]
    }),
  )
}

const itself: CostRatio = { of: 'CPU time', ratio: exact('ratio', 1, 'the incumbent itself') }

function comparable(one: Priced, before: Priced, of: Saving['of']): boolean {
  const [mine, theirs] = [costOf(one, of), costOf(before, of)]
  return mine.kind === 'known' && theirs.kind === 'known' && mine.low > 0
}

/**
 * At a declared load: joules with all that is held, from the usages that the score reads; what both share (the watts of what
 * waits, the power model) is drawn once. Null where they have no energy in common.
 */
function atLoad(
  before: Priced,
  all: readonly Priced[],
  site: Site,
): ReadonlyMap<string, CostRatio> | null {
  const model = ({ id, cost, accepted, settings }: Priced) =>
    energyModel(usageOf({ id, n: 1, acceptRate: accepted.rate, settings, cost }, site))
  const theirs = model(before)
  if ('kind' in theirs) return null
  const ratios = all.map((one): readonly [string, CostRatio] => {
    if (one === before) return [one.id, { ...itself, of: 'energy' }]
    const own = model(one)
    const ratio =
      'kind' in own
        ? own
        : one.cost.meter === before.cost.meter
          ? (compare(own, theirs, { seed: 1 }).ratio ?? unknown('the ratio has no finite interval'))
          : unknown(`not metered with the same meter: ${one.cost.meter} and ${before.cost.meter}`)
    return [one.id, { of: 'energy', ratio }]
  })
  const compared = ratios.some(([id, { ratio }]) => id !== before.id && ratio.kind === 'known')
  return compared ? new Map(ratios) : null
}

/** Incumbent over candidate, per answer, from interleaved windows: joules of a sensor, else CPU time. */
function pairedWindows(
  one: Priced,
  before: Priced,
  { windows, meters }: Pick<Measured, 'windows' | 'meters'>,
): CostRatio {
  const quantity = headlineQuantity(
    windows.filter(({ workload }) => workload === one.id || workload === before.id),
  )
  const of = quantity === 'energy' ? 'energy' : 'CPU time'
  const [mine, theirs] = [one.id, before.id].map((id) => meters.get(id) ?? 'none')
  // Joules over CPU seconds, or joules of a GPU over joules of a processor, would be a number without a meaning.
  if (mine !== theirs)
    return { of, ratio: unknown(`not metered with the same meter: ${mine} and ${theirs}`) }
  const ratio = pairedRatio(windows, [one.id, before.id], quantity)
  return { of, ratio: costRatio(costOf(one, of), costOf(before, of), ratio) }
}
