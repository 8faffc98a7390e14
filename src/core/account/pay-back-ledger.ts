import { payBack } from '../carbon/pay-back.ts'
import { combine, hostShare, sciModel } from '../carbon/sci-model.ts'
import { runShare, type Site } from '../carbon/site.ts'
import type { Fallback } from '../carbon/usage.ts'
import type { PayBack, PayBackLedger } from '../result/account.ts'
import type { Overhead } from '../result/cost.ts'
import type { Usage } from '../result/usage.ts'
import type { AccountSpec } from '../spec/spec.ts'
import type { Estimate, Unknown } from '../unit/estimate.ts'
import { type Factor, factor } from '../unit/factor.ts'
import { exact } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import type { Model } from '../unit/simulate.ts'

export interface LedgerInput {
  readonly overhead: Overhead
  readonly site: Site
  readonly chosen: Usage
  readonly incumbent: Usage
  readonly fallback: Fallback
  readonly account: AccountSpec
  /** Energy of re-validation per month. */
  readonly revalidationJ: Estimate<'J'>
  readonly from: string
  readonly seed: number
}

/** What the run has cost against what its choice saves: carbon (with M), energy, and money for electricity. */
export function payBackLedger(input: LedgerInput): PayBackLedger {
  return {
    chosen: input.chosen.candidate,
    incumbent: input.incumbent.candidate,
    carbon: carbonPayBack(input),
    energy: energyPayBack(input, 1),
    money: moneyPayBack(input),
    overheadIncludes: [...new Set(input.overhead.byStage.map(({ stage }) => stage))],
  }
}

function carbonPayBack(input: LedgerInput): PayBack | Unknown {
  const { chosen, incumbent, fallback, site } = input
  const saving = difference(
    sciModel(incumbent, fallback, 'resolved'),
    sciModel(chosen, fallback, 'resolved'),
  )
  const spent = overheadJoules(input)
  const upkeep = upkeepJoules(input)
  if ('kind' in saving) return saving
  if ('kind' in spent) return spent
  return run(input, {
    overhead: combine([facility(spent, site), deviceWear(input)], ([o = 0, m = 0]) => o + m),
    savingPerAnswer: saving,
    upkeepPerMonth: facility(upkeep, site),
  })
}

/** In joules of IT energy, times a plain factor (a price per joule, or 1). */
function energyPayBack(input: LedgerInput, each: number): PayBack | Unknown {
  const saving = difference(
    resolvedJoules(input.incumbent, input),
    resolvedJoules(input.chosen, input),
  )
  const spent = overheadJoules(input)
  if ('kind' in saving) return saving
  if ('kind' in spent) return spent
  const times = (model: Model) => combine([model], ([x = 0]) => x * each)
  return run(input, {
    overhead: times(spent),
    savingPerAnswer: times(saving),
    upkeepPerMonth: times(upkeepJoules(input)),
  })
}

function moneyPayBack(input: LedgerInput): PayBack | Unknown {
  const { pricePerKwh } = input.account
  if (pricePerKwh === null)
    return { kind: 'unknown', why: 'no price per kWh is declared (account.pricePerKwh)' }
  return energyPayBack(input, (pricePerKwh * input.site.pue.value) / joulesPerKwh)
}

function run(
  { account, from, seed }: LedgerInput,
  models: { overhead: Model; savingPerAnswer: Model; upkeepPerMonth: Model },
): PayBack {
  const { volumePerMonth, horizonMonths } = account
  return payBack({ ...models, volumePerMonth, horizonMonths, from, seed })
}

function difference(a: Model | Unknown, b: Model | Unknown): Model | Unknown {
  if ('kind' in a) return a
  if ('kind' in b) return b
  return combine([a, b], ([x = 0, y = 0]) => x - y)
}

/** Joules per resolved task: own energy, and the incumbent's for what is not accepted. */
function resolvedJoules(usage: Usage, { fallback }: LedgerInput): Model | Unknown {
  const carbonFree: Usage = {
    ...usage,
    pue: exact('ratio', 1, 'joules of IT energy'),
    grid: {
      ...usage.grid,
      intensity: exact('gPerKwh', joulesPerKwh, 'joules of IT energy'),
      zone: 'joules',
    },
    embodied: { kind: 'given', perItem: exact('gPerR', 0, 'joules of IT energy') },
  }
  const strip = (of: Usage): Usage => ({
    ...of,
    pue: carbonFree.pue,
    grid: carbonFree.grid,
    embodied: carbonFree.embodied,
  })
  const inJoules: Fallback =
    fallback.kind === 'incumbent' && fallback.incumbent !== null
      ? { kind: 'incumbent', incumbent: strip(fallback.incumbent) }
      : fallback
  return sciModel(carbonFree, inJoules, 'resolved')
}

function overheadJoules({ overhead, chosen }: LedgerInput): Model | Unknown {
  const { energy } = overhead
  if (energy.kind !== 'known')
    return { kind: 'unknown', why: 'the energy of the benchmark is unknown' }
  return withPowerModel(factor('overhead energy', energy), chosen)
}

function upkeepJoules({ revalidationJ, chosen }: LedgerInput): Model {
  if (revalidationJ.kind !== 'known') return { factors: [], value: () => 0 }
  return withPowerModel(factor('re-validation energy', revalidationJ), chosen)
}

/** Overhead that was metered like the candidates shares the error of their power model instead of having its own. */
function withPowerModel(own: Factor, { sharedSpread }: Usage): Model {
  if (sharedSpread === undefined) return { factors: [own], value: ([x = 0]) => x }
  const { value } = own.estimate
  const centre = {
    ...own,
    estimate: { ...own.estimate, low: value, high: value },
    shape: 'fixed' as const,
  }
  return {
    factors: [centre, factor(sharedSpread.name, sharedSpread.ratio)],
    value: ([x = 0, k = 1]) => x * k,
  }
}

function facility(joules: Model, { grid, pue }: Site): Model {
  const shared: Model = {
    factors: [
      factor(`grid ${grid.zone} ${grid.kind} ${grid.period}`, grid.intensity),
      factor(`PUE ${pue.value}`, pue),
    ],
    value: ([g = 0, p = 1]) => (g * p) / joulesPerKwh,
  }
  return combine([joules, shared], ([j = 0, k = 0]) => j * k)
}

/** M of the machine over the wall time of the run. */
function deviceWear({ overhead, site }: LedgerInput): Model {
  const { device } = site
  const share = runShare(site)
  const whole: Model = {
    factors: [
      factor(`embodied carbon of ${device.id}`, device.total),
      factor(`lifetime of ${device.id}`, device.lifetime),
    ],
    value: ([te = 0, life = 1]) => (te * share.value * overhead.wallS) / life,
  }
  return combine([whole, hostShare(device.id, share)], ([g = 0, part = 1]) => g * part)
}
