import type { Account, AnswerCost, NetAt, PayBackLedger } from '../../result/account.ts'
import type { Estimate } from '../../unit/estimate.ts'
import { payBackSvg } from '../kit/chart/pay-back-curve.ts'
import { escapeHtml } from '../kit/escape.ts'
import { figure } from '../kit/figure.ts'
import { grouped, percent, prefixed, significant, valueWithInterval } from '../kit/number.ts'
import { factList, figureHtml, tableHtml } from '../kit/table.ts'

/** When what was spent on finding out has been saved: in carbon, energy and money, each alone. */
export function payBackPart({ payBack, costs }: Account): string {
  if (payBack === null) return ''
  const list = spent.map((of) => `<li><b>${of}</b>: ${payBackWords(payBack[of])}</li>`)
  const svg = payBackChart(payBack, costs[0]?.cost.currency ?? '')
  const caption =
    'Net saving after what the run has cost and re-validation; band: 5 % to 95 %. Above the line it has paid back.'
  return `<h3>Pay-back</h3><ul>${list.join('')}</ul>${figureHtml('Pay-back curve', svg, caption)}`
}

const spent = ['carbon', 'energy', 'money'] as const

const payBackWords = (one: PayBackLedger['carbon']): string =>
  'kind' in one
    ? `Not known: ${escapeHtml(one.why)}.`
    : `${escapeHtml(one.sentence)}${answersWords(one.sentence, one.answers)}`

const answersWords = (sentence: string, answers: Estimate<'count'>): string =>
  answers.kind === 'known' && !sentence.includes('answers')
    ? ` That is after ${grouped(Math.ceil(answers.value))} answers (${grouped(Math.ceil(answers.low))} to ${grouped(Math.ceil(answers.high))}), re-validation left out.`
    : ''

/** The curve of the first that has one: carbon, else energy, else money. */
function payBackChart(ledger: PayBackLedger, currency: string): string {
  for (const of of spent) {
    const one = ledger[of]
    if (!('kind' in one) && one.curve.length > 1)
      return payBackSvg(chartOf(of, one.curve, currency))
  }
  return ''
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

interface Priced {
  readonly id: string
  readonly cost: AnswerCost
}

/** Money per answer by part; what could not be priced is named. */
export function costPart({ costs }: Account): string {
  const priced = costs.filter(({ cost }) => cost.total.kind === 'known')
  const first = costs[0]?.cost
  if (first === undefined) return ''
  if (priced.length === 0) {
    const why = [...new Set(costs.flatMap(({ cost }) => cost.leftOut))]
    return `<h3>Costs</h3><p>Nothing is priced. Left out: ${escapeHtml(why.join('; '))}.</p>`
  }
  const per = answersPerFigure(priced)
  const table = tableHtml({
    label: 'Table of costs',
    caption: `${first.currency} per ${grouped(per)} answers, at prices of ${first.date.slice(0, 10)}.`,
    columns: [{ head: 'candidate' }, { head: 'total' }, { head: 'of which', words: true }],
    rows: costs.map((cost) => ({ cells: costCells(cost, per) })),
  })
  return `<h3>Costs</h3>${table}`
}

function costCells({ id, cost }: Priced, per: number): readonly string[] {
  const { total, parts, leftOut } = cost
  const scaled = (one: Estimate<'moneyPerItem'>): Estimate<'moneyPerItem'> =>
    one.kind === 'known'
      ? { ...one, value: one.value * per, low: one.low * per, high: one.high * per }
      : one
  const named = parts.map(({ name, amount }) => `${name} ${valueWithInterval(scaled(amount))}`)
  const without = leftOut.map((text) => `not counted: ${text}`)
  return [escapeHtml(id), figure(scaled(total)), escapeHtml([...named, ...without].join('; '))]
}

/** 1, 1,000 or 1,000,000 answers: the least number at which the dearest candidate costs a cent. */
function answersPerFigure(costs: readonly Priced[]): number {
  const most = Math.max(
    ...costs.map(({ cost: { total } }) => (total.kind === 'known' ? Math.abs(total.value) : 0)),
  )
  return [1, 1e3, 1e6].find((per) => most * per >= 0.01) ?? 1e6
}

/** What the declared load means: replicas, idle included, and the two savings that are never mixed. */
export function deploymentPart({ deployment, costs }: Account): string {
  if (deployment === null) return ''
  const { realized, marginalPerAnswer, candidates } = deployment
  const currency = costs[0]?.cost.currency ?? ''
  const facts: readonly (readonly [string, string])[] = [
    ['saved per answer (marginal)', valueWithInterval(marginalPerAnswer)],
    ...(realized === null
      ? []
      : ([
          ['realized per month: carbon', valueWithInterval(realized.carbon)],
          ['realized per month: idle energy', valueWithInterval(realized.idleEnergy)],
          [`realized per month: money, ${currency}`, valueWithInterval(realized.money)],
        ] as const)),
  ]
  const table = tableHtml({
    label: 'Table of replicas at the declared load',
    caption: 'At the declared load, idle time included.',
    columns: [
      { head: 'candidate' },
      { head: 'replicas needed' },
      { head: 'held' },
      { head: 'utilization' },
      { head: 'energy', small: 'per answer' },
      { head: 'SCI', small: 'per answer' },
    ],
    rows: candidates.map((one) => ({
      cells: [
        escapeHtml(one.id),
        one.replicasNeeded === null ? 'unknown' : grouped(one.replicasNeeded),
        grouped(one.replicasHeld),
        one.utilization === null ? 'unknown' : percent(one.utilization),
        figure(one.energyPerAnswer),
        figure(one.sciPerAnswer),
      ],
    })),
  })
  return `<h3>Deployment</h3><p>${escapeHtml(deployment.sentence)}</p>${factList(facts)}${table}`
}
