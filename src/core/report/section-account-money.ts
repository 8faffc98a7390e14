import type { Estimate } from '../unit/estimate.ts'
import type { AccountView, CostView, PayBackView } from './account-reader.ts'
import { payBackSvg } from './chart/pay-back-curve.ts'
import { escapeHtml } from './escape.ts'
import { figure } from './figure.ts'
import { grouped, percent, prefixed, significant, valueWithInterval } from './number.ts'
import { factList, figureHtml, tableHtml } from './table.ts'

/** When what was spent on finding out has been saved: in carbon, energy and money, each alone. */
export function payBackPart({ payBack, costs }: AccountView): string {
  if (payBack.length === 0) return ''
  const currency = costs[0]?.currency ?? ''
  const list = payBack.map(
    ({ of, sentence, answers }) =>
      `<li><b>${of}</b>: ${escapeHtml(sentence)}${answersWords(sentence, answers)}</li>`,
  )
  const drawn = payBack.find(({ curve }) => curve.length > 1)
  const svg = drawn ? payBackSvg(chartOf(drawn, currency)) : ''
  const caption =
    'Net saving after what the run has cost and re-validation; band: 5 % to 95 %. Above the line it has paid back.'
  return `<h3>Pay-back</h3><ul>${list.join('')}</ul>${figureHtml('Pay-back curve', svg, caption)}`
}

const answersWords = (sentence: string, answers: Estimate<'count'>): string =>
  answers.kind === 'known' && !sentence.includes('answers')
    ? ` That is after ${grouped(Math.ceil(answers.value))} answers (${grouped(Math.ceil(answers.low))} to ${grouped(Math.ceil(answers.high))}), re-validation left out.`
    : ''

function chartOf({ of, curve }: PayBackView, currency: string) {
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
export function costPart({ costs }: AccountView): string {
  const priced = costs.filter(({ total }) => total.kind === 'known')
  const [first] = costs
  if (!first) return ''
  if (priced.length === 0) {
    const why = [...new Set(costs.flatMap(({ leftOut }) => leftOut))]
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

function costCells({ id, total, parts, leftOut }: CostView, per: number): readonly string[] {
  const scaled = (one: Estimate<'moneyPerItem'>): Estimate<'moneyPerItem'> =>
    one.kind === 'known'
      ? { ...one, value: one.value * per, low: one.low * per, high: one.high * per }
      : one
  const named = parts.map(({ name, amount }) => `${name} ${valueWithInterval(scaled(amount))}`)
  const without = leftOut.map((text) => `not counted: ${text}`)
  return [escapeHtml(id), figure(scaled(total)), escapeHtml([...named, ...without].join('; '))]
}

/** 1, 1,000 or 1,000,000 answers: the least number at which the dearest candidate costs a cent. */
function answersPerFigure(costs: readonly CostView[]): number {
  const most = Math.max(
    ...costs.map(({ total }) => (total.kind === 'known' ? Math.abs(total.value) : 0)),
  )
  return [1, 1e3, 1e6].find((per) => most * per >= 0.01) ?? 1e6
}

/** What the declared load means: replicas, idle included, and the two savings that are never mixed. */
export function deploymentPart({ deployment, costs }: AccountView): string {
  if (deployment === null) return ''
  const { realised, marginalPerAnswer, candidates } = deployment
  const currency = costs[0]?.currency ?? ''
  const facts: readonly (readonly [string, string])[] = [
    ['saved per answer (marginal)', valueWithInterval(marginalPerAnswer)],
    ...(realised === null
      ? []
      : ([
          ['realised per month: carbon', valueWithInterval(realised.carbon)],
          ['realised per month: idle energy', valueWithInterval(realised.energy)],
          [`realised per month: money, ${currency}`, valueWithInterval(realised.money)],
        ] as const)),
  ]
  const table = tableHtml({
    label: 'Table of replicas at the declared load',
    caption: 'At the declared load, idle time included.',
    columns: [
      { head: 'candidate' },
      { head: 'replicas needed' },
      { head: 'held' },
      { head: 'utilisation' },
      { head: 'energy', small: 'per answer' },
      { head: 'SCI', small: 'per answer' },
    ],
    rows: candidates.map((one) => ({
      cells: [
        escapeHtml(one.id),
        one.needed === null ? 'unknown' : grouped(one.needed),
        one.held === null ? 'unknown' : grouped(one.held),
        one.utilisation === null ? 'unknown' : percent(one.utilisation),
        figure(one.energyPerAnswer),
        figure(one.sciPerAnswer),
      ],
    })),
  })
  return `<h3>Deployment</h3><p>${escapeHtml(deployment.sentence)}</p>${factList(facts)}${table}`
}
