import type { CandidateResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import { divide } from '../../unit/arithmetic.ts'
import { type Estimate, unknown } from '../../unit/estimate.ts'
import { grouped, prefixed, significant } from '../kit/number.ts'
import { dash, orDash, type SummaryColumn } from './summary.ts'

/**
 * What a hosted candidate costs, where energy is unknown for one at least: tokens, money per answer, per accepted answer
 * where that differs, and a month (or a million answers), and p95 latency. No columns where nothing of it is known.
 */
export function moneyColumns({ candidates }: RunResult): readonly SummaryColumn[] {
  if (candidates.every(({ cost }) => cost.energyPerItem.kind === 'known')) return []
  const month = candidates.some(({ cost }) => cost.pricePerMonth !== undefined)
  const rejects = candidates.some(
    ({ acceptRate }) => acceptRate.kind === 'known' && acceptRate.value < 1,
  )
  const columns: readonly SummaryColumn[] = [
    { head: 'tokens', cell: ({ cost }) => tokensText(cost.tokensPerItem) },
    { head: 'price/answer', cell: ({ cost }) => orDash(cost.pricePerItem, amount) },
    ...(rejects
      ? [
          {
            head: '/accepted',
            cell: (one: CandidateResult) => orDash(pricePerAccepted(one), amount),
          },
        ]
      : []),
    month
      ? {
          head: '/month',
          cell: ({ cost }) =>
            orDash(cost.pricePerMonth ?? unknown('no volume is declared'), amount),
        }
      : {
          head: '/1M answers',
          cell: ({ cost }) => orDash(cost.pricePerItem, (each) => amount(each * 1e6)),
        },
    { head: 'p95', cell: ({ cost }) => orDash(cost.latencyP95, (s) => prefixed(s, 's', 2)) },
  ]
  const priced = candidates.some(
    ({ cost }) => cost.pricePerItem.kind === 'known' || cost.tokensPerItem !== null,
  )
  return priced ? columns.filter(({ cell }) => candidates.some((one) => cell(one) !== dash)) : []
}

const amount = (money: number): string => significant(money, 2)

const tokensText = (tokens: CandidateResult['cost']['tokensPerItem']): string =>
  tokens === null
    ? dash
    : `${grouped(Math.round(tokens.input))}+${grouped(Math.round(tokens.output))}`

/** Money until one answer is accepted, at the accept rate of these items. */
const pricePerAccepted = ({ cost, acceptRate }: CandidateResult): Estimate<'moneyPerItem'> =>
  divide(cost.pricePerItem, acceptRate, 'moneyPerItem')

/** How the columns of money are to be read; null where there are none. */
export function moneyLegend(result: RunResult): string | null {
  if (moneyColumns(result).length === 0) return null
  const known = result.candidates.flatMap(({ cost: { pricePerItem: price } }) =>
    price.kind === 'known' ? [price] : [],
  )
  const sources = [...new Set(known.map(({ source }) => source))]
  const currency = known.map(({ how }) => / in ([A-Z]{3})$/.exec(how)?.[1]).find(Boolean)
  const money = known.length === 0 ? '' : `; money in ${currency ?? 'the currency of the account'}`
  return `Tokens: in + out per answer${money}${sources.length === 0 ? '' : ` (${sources.join('; ')})`}.`
}
