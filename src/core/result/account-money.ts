import { z } from 'zod'
import {
  count,
  list,
  money,
  moneyPerItem,
  number,
  object,
  share,
  text,
  texts,
  unknownForm,
} from './form.ts'

export const answerCost = object({
  currency: text,
  total: moneyPerItem,
  parts: list(object({ name: text, amount: moneyPerItem })),
  leftOut: texts,
  date: text.describe('Date of the prices, ISO.'),
})
export interface AnswerCost extends z.infer<typeof answerCost> {}

const moneyLine = object({
  side: z.enum(['saving', 'overhead', 'upkeep']),
  per: z.enum(['answer', 'month', 'once']),
  name: text,
  amount: money,
})
export interface MoneyLine extends z.infer<typeof moneyLine> {}

/** The one ledger of money, from which its pay-back is computed. */
const moneyLedger = object({
  currency: text,
  date: text.describe('Date of the prices, ISO.'),
  lines: list(moneyLine).describe('Failed tries are inside the overhead.'),
  missing: texts.describe(
    'Lines of which nothing is known, with the reason: left out of the sums.',
  ),
})
export interface MoneyLedger extends z.infer<typeof moneyLedger> {}

const net = { low: number, value: number, high: number }
const netAt = object({ month: number, ...net })
export interface NetAt extends z.infer<typeof netAt> {}

const payBack = object({
  /** Answers after which the saving has covered the overhead, upkeep left out. */
  answers: count,
  /** Months at the declared volume, upkeep included. */
  months: count,
  /** ISO date at the central figures; null where it never pays or no volume is declared. */
  date: text.nullable(),
  /** P(paid back within the horizon), upkeep included; null without a volume. */
  probability: share.nullable(),
  /** Net saving at the end of the horizon, in the unit of the input: p5, center, p95. */
  net: object(net).nullable(),
  /** Net saving month by month, p5, center, p95; empty without a volume. */
  curve: list(netAt),
  sentence: text,
})
export interface PayBack extends z.infer<typeof payBack> {}

const payBackOrUnknown = z.union([payBack, unknownForm])

/** Pay-back in the three things that are spent. Each stands alone. */
export const payBackLedger = object({
  chosen: text,
  incumbent: text,
  carbon: payBackOrUnknown,
  energy: payBackOrUnknown,
  money: payBackOrUnknown,
  ledger: moneyLedger,
})
export interface PayBackLedger extends z.infer<typeof payBackLedger> {}
