import { monthDays } from '../carbon/calendar.ts'
import { combine, energyModel, facilityJoules } from '../carbon/sci-model.ts'
import { runtimePart } from '../part/runtimes.ts'
import type { RealizedSaving } from '../result/account.ts'
import type { AnswerCost, MoneyLine } from '../result/account-money.ts'
import type { Usage } from '../result/usage.ts'
import type { AccountSpec } from '../spec/spec.ts'
import { type Estimate, type Unknown, unknown } from '../unit/estimate.ts'
import { factor } from '../unit/factor.ts'
import { exact } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import { type FactorModel, simulate, summarise } from '../unit/simulate.ts'
import { type LedgerInput, overheadJoules, savingModel, upkeepJoules } from './pay-back-models.ts'

/** A line of the ledger, with its amount as a function of named factors: what two lines share is drawn once. */
export interface MoneyEntry extends Pick<MoneyLine, 'side' | 'per' | 'name'> {
  readonly model: FactorModel | Unknown
}

/** What the money of a run is made of, besides what the pay-back of carbon and energy reads. */
export interface MoneyInput extends LedgerInput {
  readonly costs: ReadonlyMap<string, AnswerCost>
  readonly runtimes: readonly string[]
  /** What releasing replicas saves in a month; null without a declared load. */
  readonly realized: RealizedSaving | null
  readonly validDays: number
}

/** Saving, overhead and upkeep, line by line; what nothing is known of says so and is left out of the sums. */
export function moneyEntries(input: MoneyInput): readonly MoneyEntry[] {
  const { overhead, account, realized, runtimes, validDays } = input
  const calls = overhead.money
  const called = calls.kind === 'known' || runtimes.some((name) => runtimePart(name).talks)
  const again = monthDays / validDays
  const row = (
    [side, per]: readonly [MoneyLine['side'], MoneyLine['per']],
    name: string,
    model: FactorModel | Unknown,
  ): MoneyEntry => ({ side, per, name, model })
  const [once, monthly] = [['overhead', 'once'] as const, ['upkeep', 'month'] as const]
  return [
    row(['saving', 'answer'], 'answers (tokens, calls, electricity)', answers(input)),
    ...(realized === null
      ? []
      : [row(['saving', 'month'], 'instance hours released', estimated('rent', realized.money))]),
    ...(called ? [row(once, 'calls of the run', estimated('calls of the run', calls))] : []),
    row(once, 'electricity of the run', electricity(overheadJoules(input), input)),
    ...declared(account.ledger, once, row),
    ...(called
      ? [row(monthly, 're-validation: calls', times(estimated('calls of the run', calls), again))]
      : []),
    row(monthly, 're-validation: electricity', electricity(upkeepJoules(input), input)),
    ...watched(account.ledger, monthly, row),
  ]
}

type Row = (
  kind: readonly [MoneyLine['side'], MoneyLine['per']],
  name: string,
  model: FactorModel | Unknown,
) => MoneyEntry
type Declared = AccountSpec['ledger']

/** What people, labels, tools and hardware cost once, as declared. */
function declared(ledger: Declared, kind: Parameters<Row>[0], row: Row): readonly MoneyEntry[] {
  const { hours, ratePerHour, labels, pricePerLabel, tooling, hardware } = ledger ?? {}
  return [
    row(kind, 'labels', stated(product(labels, pricePerLabel), 'labels and pricePerLabel')),
    row(kind, "people's hours", stated(product(hours, ratePerHour), 'hours and ratePerHour')),
    row(kind, 'tooling', stated(tooling, 'tooling')),
    row(kind, 'hardware bought', stated(hardware, 'hardware')),
  ]
}

function watched(ledger: Declared, kind: Parameters<Row>[0], row: Row): readonly MoneyEntry[] {
  const { hoursPerMonth, ratePerHour, toolingPerMonth } = ledger ?? {}
  const hours = product(hoursPerMonth, ratePerHour)
  return [
    row(kind, "people's hours per month", stated(hours, 'hoursPerMonth and ratePerHour')),
    row(kind, 'tooling per month', stated(toolingPerMonth, 'toolingPerMonth')),
  ]
}

const product = (a?: number, b?: number): number | undefined =>
  a === undefined || b === undefined ? undefined : a * b

const stated = (amount: number | undefined, keys: string): FactorModel | Unknown =>
  amount === undefined
    ? unknown(`not declared (account.ledger: ${keys})`)
    : { factors: [], value: () => amount }

function estimated(name: string, amount: Estimate<'money'>): FactorModel | Unknown {
  if (amount.kind !== 'known') return unknown(amount.kind === 'unknown' ? amount.why : 'infinite')
  return { factors: [factor(name, amount)], value: ([x = 0]) => x }
}

const times = (model: FactorModel | Unknown, by: number): FactorModel | Unknown =>
  'kind' in model ? model : combine([model], ([x = 0]) => x * by)

function electricity(
  joules: FactorModel | Unknown,
  { account: { pricePerKwh }, site }: MoneyInput,
): FactorModel | Unknown {
  if (pricePerKwh === null) return unknown('no price per kWh is declared (account.pricePerKwh)')
  return times('kind' in joules ? joules : facilityJoules(joules, site), pricePerKwh / joulesPerKwh)
}

/** Money that one answer of the incumbent saves, at as many tasks that end right; rent is held either way. */
function answers(input: MoneyInput): FactorModel | Unknown {
  return savingModel(input, (usage) => priced(usage, input))
}

function priced(usage: Usage, input: MoneyInput): FactorModel | Unknown {
  const { parts = [], leftOut = [] } = input.costs.get(usage.candidate) ?? {}
  const models = parts.flatMap(({ name, amount }): FactorModel[] => {
    if (amount.kind !== 'known') return []
    if (name === 'tokens and calls')
      return [{ factors: [factor(`price of ${usage.candidate}`, amount)], value: ([x = 0]) => x }]
    const joules = energyModel(usage)
    const current = name === 'electricity' && !('kind' in joules) && electricity(joules, input)
    return current && !('kind' in current) ? [current] : []
  })
  if (models.length > 0) return combine(models, (values) => values.reduce((sum, x) => sum + x, 0))
  return parts.length > 0
    ? unknown('instances are held either way: only those released save money')
    : unknown(`what an answer of ${usage.candidate} costs is unknown (${leftOut.join('; ')})`)
}

/** The lines with their amounts. */
export function moneyLines(entries: readonly MoneyEntry[], seed: number): readonly MoneyLine[] {
  const models = entries.flatMap(({ model }) => ('kind' in model ? [] : [model]))
  const columns = simulate(models, { seed, draws: 2000 })
  return entries.map(({ model, side, per, name }) => {
    const column = 'kind' in model ? undefined : columns[models.indexOf(model)]
    const amount =
      'kind' in model || column === undefined
        ? (model as Unknown)
        : model.factors.length === 0
          ? exact('money', model.value([]), 'account.ledger')
          : summarise('money', model, column, { how: name })
    return { side, per, name, amount }
  })
}
