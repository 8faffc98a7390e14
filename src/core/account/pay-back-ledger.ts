import { combine } from '../carbon/sci-model.ts'
import type { MoneyLine, PayBack, PayBackLedger } from '../result/account-money.ts'
import { type Unknown, unknown } from '../unit/estimate.ts'
import type { FactorModel } from '../unit/simulate.ts'
import { type MoneyEntry, type MoneyInput, moneyEntries, moneyLines } from './money-ledger.ts'
import { carbonPayBack, energyPayBack, run } from './pay-back-models.ts'

/** What the run has cost against what its choice saves: carbon (with M), energy, and money from its one ledger. */
export function payBackLedger(input: MoneyInput): PayBackLedger {
  const entries = moneyEntries(input)
  const missing = entries.flatMap(({ name, model }) =>
    'kind' in model ? [`${name}: ${model.why}`] : [],
  )
  return {
    chosen: input.chosen.candidate,
    incumbent: input.incumbent.candidate,
    carbon: carbonPayBack(input),
    energy: energyPayBack(input),
    money: moneyPayBack(input, entries),
    ledger: {
      currency: input.account.currency,
      date: input.from,
      lines: moneyLines(entries, input.seed),
      missing,
    },
  }
}

function moneyPayBack(input: MoneyInput, entries: readonly MoneyEntry[]): PayBack | Unknown {
  const of = (side: MoneyLine['side'], per: MoneyLine['per']) =>
    entries.filter((one) => one.side === side && one.per === per)
  const saving = [...of('saving', 'answer'), ...of('saving', 'month')]
  if (counted(saving).length === 0)
    return unknown(saving.flatMap(({ model }) => ('kind' in model ? [model.why] : [])).join('; '))
  const made = run(input, {
    overhead: total(of('overhead', 'once')),
    savingPerAnswer: total(of('saving', 'answer')),
    upkeepPerMonth: combine(
      [total(of('upkeep', 'month')), total(of('saving', 'month'))],
      ([spent = 0, released = 0]) => spent - released,
    ),
  })
  const missing = entries.flatMap(({ name, model }) => ('kind' in model ? [name] : []))
  return missing.length === 0
    ? made
    : { ...made, sentence: `${made.sentence} Not counted: ${missing.join(', ')}.` }
}

const counted = (entries: readonly MoneyEntry[]): readonly FactorModel[] =>
  entries.flatMap(({ model }) => ('kind' in model ? [] : [model]))

const total = (entries: readonly MoneyEntry[]): FactorModel =>
  combine(counted(entries), (values) => values.reduce((sum, x) => sum + x, 0))
