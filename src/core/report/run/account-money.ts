import type { Account } from '../../result/account.ts'
import type { AnswerCost, NetAt, PayBackLedger } from '../../result/account-money.ts'
import type { Estimate } from '../../unit/estimate.ts'
import { payBackSvg } from '../kit/chart/pay-back-curve.ts'
import { figure, figureHtml } from '../kit/figure.ts'
import { type Html, html } from '../kit/markup.ts'
import { grouped, percent, prefixed, significant, valueWithInterval } from '../kit/number.ts'
import { bullets } from '../kit/page.ts'
import { factList, tableHtml } from '../kit/table.ts'

/** When what was spent on the evaluation has been saved: in carbon, energy and money, each alone. */
export function payBackPart({ payBack, costs }: Account): Html | null {
  if (payBack === null) return null
  const list = bullets(spent.map((of) => html`<b>${of}</b>: ${payBackWords(payBack[of])}`))
  const svg = payBackChart(payBack, costs[0]?.cost.currency ?? '')
  const caption =
    'Net saving after what the run has cost and re-validation; band: 5 % to 95 %. Above the line it has paid back.'
  return html`<h3>Pay-back</h3>${list}${figureHtml('Pay-back curve', svg, caption)}${ledgerTable(payBack.ledger)}`
}

/** Every line of the ledger of money, with what is not known. */
const ledgerTable = ({ currency, date, lines }: PayBackLedger['ledger']): Html | null =>
  tableHtml({
    label: 'Ledger of money',
    caption: `${currency}, at prices of ${date.slice(0, 10)}. Money counts the lines with a figure alone.`,
    columns: ['line', { head: 'side', words: true }, { head: 'per', words: true }, 'amount'],
    rows: lines.map(({ side, per, name, amount }) => [name, side, per, figure(amount)]),
  })

const spent = ['carbon', 'energy', 'money'] as const

const payBackWords = (one: PayBackLedger['carbon']): string =>
  'kind' in one ? `Unknown: ${one.why}.` : `${one.sentence}${answersWords(one)}`

const answersWords = ({ sentence, answers }: { sentence: string; answers: Estimate<'count'> }) =>
  answers.kind === 'known' && !sentence.includes('answers')
    ? ` That is after ${grouped(Math.ceil(answers.value))} answers (${grouped(Math.ceil(answers.low))} to ${grouped(Math.ceil(answers.high))}), re-validation left out.`
    : ''

/** The curve of the first that has one: carbon, else energy, else money. */
function payBackChart(ledger: PayBackLedger, currency: string): Html | null {
  for (const of of spent) {
    const one = ledger[of]
    if (!('kind' in one) && one.curve.length > 1)
      return payBackSvg(chartOf(of, one.curve, currency))
  }
  return null
}

function chartOf(of: (typeof spent)[number], curve: readonly NetAt[], currency: string) {
  const texts = {
    carbon: (v: number) => prefixed(v, 'g', 2),
    energy: (v: number) => prefixed(v, 'J', 2),
    money: (v: number) => `${significant(v, 2)} ${currency}`,
  }
  return {
    points: curve,
    axisName: `net saving in ${of}${of === 'carbon' ? ', CO2e' : ''}`,
    text: texts[of],
  }
}

/** Money per answer by part; what could not be priced is named. */
export function costPart({ costs }: Account): Html | null {
  const first = costs[0]?.cost
  if (first === undefined) return null
  const most = Math.max(
    ...costs.map(({ cost: { total } }) => (total.kind === 'known' ? Math.abs(total.value) : -1)),
  )
  if (most < 0) {
    const why = [...new Set(costs.flatMap(({ cost }) => cost.leftOut))]
    return html`<h3>Costs</h3><p>Nothing is priced. Left out: ${why.join('; ')}.</p>`
  }
  // 1, 1,000 or 1,000,000 answers: the least number at which the dearest candidate costs a cent.
  const per = [1, 1e3, 1e6].find((answers) => most * answers >= 0.01) ?? 1e6
  const table = tableHtml({
    label: 'Table of costs',
    caption: `${first.currency} per ${grouped(per)} answers, at prices of ${first.date.slice(0, 10)}.`,
    columns: ['candidate', 'total', { head: 'of which', words: true }],
    rows: costs.map(({ id, cost }) => [id, figure(scaled(cost.total, per)), partsText(cost, per)]),
  })
  return html`<h3>Costs</h3>${table}`
}

const scaled = (one: Estimate<'moneyPerItem'>, by: number): Estimate<'moneyPerItem'> =>
  one.kind === 'known'
    ? { ...one, value: one.value * by, low: one.low * by, high: one.high * by }
    : one

const partsText = ({ parts, leftOut }: AnswerCost, per: number): string =>
  [
    ...parts.map(({ name, amount }) => `${name} ${valueWithInterval(scaled(amount, per))}`),
    ...leftOut.map((text) => `not counted: ${text}`),
  ].join('; ')

/** What the declared load means: replicas, idle included, and the two savings that are never mixed. */
export function deploymentPart({ deployment, costs }: Account): Html | null {
  if (deployment === null) return null
  const { realized, marginalPerAnswer, candidates } = deployment
  const currency = costs[0]?.cost.currency ?? ''
  const facts = factList([
    ['saved per answer (marginal)', valueWithInterval(marginalPerAnswer)],
    ...(realized === null
      ? []
      : ([
          ['realized per month: carbon', valueWithInterval(realized.carbon)],
          ['realized per month: idle energy', valueWithInterval(realized.idleEnergy)],
          [`realized per month: money, ${currency}`, valueWithInterval(realized.money)],
        ] as const)),
  ])
  return html`<h3>Deployment</h3><p>${deployment.sentence}</p>${facts}${replicaTable(candidates)}`
}

const replicaTable = (candidates: NonNullable<Account['deployment']>['candidates']): Html | null =>
  tableHtml({
    label: 'Table of replicas at the declared load',
    caption: 'At the declared load, idle time included.',
    columns: [
      'candidate',
      'replicas needed',
      'held',
      'utilization',
      { head: 'energy', small: 'per answer' },
      { head: 'SCI', small: 'per answer' },
    ],
    rows: candidates.map((one) => [
      one.id,
      one.replicasNeeded === null ? 'unknown' : grouped(one.replicasNeeded),
      grouped(one.replicasHeld),
      one.utilization === null ? 'unknown' : percent(one.utilization),
      figure(one.energyPerAnswer),
      figure(one.sciPerAnswer),
    ]),
  })
