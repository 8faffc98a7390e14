import { payBack } from '../carbon/pay-back.ts'
import {
  type AnswerModel,
  combine,
  deviceRate,
  energyModel,
  facilityModel,
  pairModels,
} from '../carbon/sci-model.ts'
import { runShare, type Site } from '../carbon/site.ts'
import type { PayBack, PayBackLedger } from '../result/account-money.ts'
import type { Overhead } from '../result/cost.ts'
import type { Usage } from '../result/usage.ts'
import type { AccountSpec } from '../spec/spec.ts'
import { type Estimate, type Unknown, unknown } from '../unit/estimate.ts'
import { type Factor, factor } from '../unit/factor.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import type { FactorModel } from '../unit/simulate.ts'

export interface LedgerInput {
  readonly overhead: Overhead
  readonly site: Site
  readonly chosen: Usage
  readonly incumbent: Usage
  /** Accept rate of the chosen over the incumbent's. */
  readonly rates: Estimate<'ratio'>
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
  const { site, overhead } = input
  const saving = savingModel(input)
  const spent = overheadJoules(input)
  if ('kind' in saving) return saving
  if ('kind' in spent) return spent
  const rate = deviceRate({ device: site.device, share: runShare(site) })
  return run(input, {
    overhead: combine(
      [facilityModel(spent, site), rate],
      ([grams = 0, perS = 0]) => grams + perS * overhead.wallS,
    ),
    savingPerAnswer: saving,
    upkeepPerMonth: facilityModel(upkeepJoules(input), site),
  })
}

/** In joules of IT energy, times a plain factor (a price per joule, or 1). */
function energyPayBack(input: LedgerInput, each: number): PayBack | Unknown {
  const saving = savingModel(input, energyModel)
  const spent = overheadJoules(input)
  if ('kind' in saving) return saving
  if ('kind' in spent) return spent
  const times = (model: FactorModel) => combine([model], ([x = 0]) => x * each)
  return run(input, {
    overhead: times(spent),
    savingPerAnswer: times(saving),
    upkeepPerMonth: times(upkeepJoules(input)),
  })
}

function moneyPayBack(input: LedgerInput): PayBack | Unknown {
  const { pricePerKwh } = input.account
  if (pricePerKwh === null) return unknown('no price per kWh is declared (account.pricePerKwh)')
  return energyPayBack(input, (pricePerKwh * input.site.pue.value) / joulesPerKwh)
}

function run(
  { account, from, seed }: LedgerInput,
  models: { overhead: FactorModel; savingPerAnswer: FactorModel; upkeepPerMonth: FactorModel },
): PayBack {
  const { volumePerMonth, horizonMonths } = account
  return payBack({ ...models, volumePerMonth, horizonMonths, from, seed })
}

/** What replacing the incumbent saves per answer of its, at as many tasks that end right: carbon, or what `answer` counts. */
function savingModel(
  { incumbent, chosen, rates }: LedgerInput,
  answer?: AnswerModel,
): FactorModel | Unknown {
  const pair = pairModels(chosen, incumbent, rates, answer)
  return 'kind' in pair ? pair : combine([pair.b, pair.a], ([x = 0, y = 0]) => x - y)
}

function overheadJoules({ overhead, chosen }: LedgerInput): FactorModel | Unknown {
  const { energy } = overhead
  return energy.kind === 'known'
    ? withPowerModel(factor('overhead energy', energy), chosen)
    : unknown('the energy of the benchmark is unknown')
}

function upkeepJoules({ revalidationJ, chosen }: LedgerInput): FactorModel {
  return revalidationJ.kind === 'known'
    ? withPowerModel(factor('re-validation energy', revalidationJ), chosen)
    : { factors: [], value: () => 0 }
}

/** Overhead that was metered like the candidates shares the error of their power model instead of having its own. */
function withPowerModel(own: Factor, { sharedSpread }: Usage): FactorModel {
  if (sharedSpread === undefined) return { factors: [own], value: ([x = 0]) => x }
  const { value } = own.estimate
  const estimate = { ...own.estimate, low: value, high: value }
  return {
    factors: [{ ...own, estimate, shape: 'fixed' }, factor(sharedSpread.name, sharedSpread.ratio)],
    value: ([x = 0, k = 1]) => x * k,
  }
}
