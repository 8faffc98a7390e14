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
import type { PayBack } from '../result/account-money.ts'
import type { Overhead } from '../result/cost.ts'
import type { Usage } from '../result/usage.ts'
import type { AccountSpec } from '../spec/spec.ts'
import { type Estimate, type Unknown, unknown } from '../unit/estimate.ts'
import { type Factor, factor } from '../unit/factor.ts'
import type { FactorModel } from '../unit/simulate.ts'

export interface LedgerInput {
  readonly overhead: Overhead
  readonly site: Site
  readonly chosen: Usage
  readonly incumbent: Usage
  /** Accept rate of the chosen over the incumbent's. */
  readonly rates: Estimate<'ratio'>
  readonly account: AccountSpec
  /** Answers per month: as declared, else those of the declared load; null where neither is. */
  readonly volumePerMonth: number | null
  /** Energy of re-validation per month. */
  readonly revalidationJ: Estimate<'J'>
  readonly from: string
  readonly seed: number
}

export function carbonPayBack(input: LedgerInput): PayBack | Unknown {
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

/** In joules of IT energy. */
export function energyPayBack(input: LedgerInput): PayBack | Unknown {
  const saving = savingModel(input, energyModel)
  const spent = overheadJoules(input)
  if ('kind' in saving) return saving
  if ('kind' in spent) return spent
  return run(input, {
    overhead: spent,
    savingPerAnswer: saving,
    upkeepPerMonth: upkeepJoules(input),
  })
}

export function run(
  { account, volumePerMonth, from, seed }: LedgerInput,
  models: { overhead: FactorModel; savingPerAnswer: FactorModel; upkeepPerMonth: FactorModel },
): PayBack {
  const { horizonMonths } = account
  return payBack({ ...models, volumePerMonth, horizonMonths, from, seed })
}

/** What replacing the incumbent saves per answer of its, at as many tasks that end right: carbon, or what `answer` counts. */
export function savingModel(
  { incumbent, chosen, rates }: LedgerInput,
  answer?: AnswerModel,
): FactorModel | Unknown {
  const pair = pairModels(chosen, incumbent, rates, answer)
  return 'kind' in pair ? pair : combine([pair.b, pair.a], ([x = 0, y = 0]) => x - y)
}

export function overheadJoules({ overhead, chosen }: LedgerInput): FactorModel | Unknown {
  const { energy } = overhead
  return energy.kind === 'known'
    ? withPowerModel(factor('overhead energy', energy), chosen)
    : unknown('the energy of the benchmark is unknown')
}

export function upkeepJoules({ revalidationJ, chosen }: LedgerInput): FactorModel {
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
