import type { Account, ConsumerReport, ConsumerRow } from '../../result/account.ts'
import type { RunResult } from '../../result/run-result.ts'
import { figure } from '../kit/figure.ts'
import { type Html, html } from '../kit/markup.ts'
import { percent, valueWithInterval } from '../kit/number.ts'
import { bullets, folded } from '../kit/page.ts'
import { type Fact, factList, tableHtml } from '../kit/table.ts'

/** Consumer and Provider beside each other: two reports of one run, which are never added. */
export function sidesPart({ consumer, provider }: Account, result: RunResult): Html {
  const { chosen } = result.decision
  return html`<h3>Two reports from one run, never added</h3>
<div class="sides"><div class="side"><h4>Consumer: using the model</h4>${consumerFacts(consumer, result)}</div><div class="side"><h4>Provider: choosing and making it</h4>${providerFacts(provider)}</div></div>
${folded('Consumer: every candidate in every unit', html`${sciTable(consumer.rows, chosen)}${conversions(consumer, chosen)}`)}
${folded('Provider: every stage', stageTable(provider))}`
}

function consumerFacts(consumer: ConsumerReport, { decision, incumbent }: RunResult): Html {
  const of = (id: string | null): readonly Fact[] => {
    const row = consumer.rows.find((one) => one.id === id)
    if (row === undefined) return []
    const { sci, withFallback: beside } = row
    const score: Fact = [`${row.id}, per accepted answer`, valueWithInterval(sci.perAccepted)]
    if (beside === null) return [score]
    return [
      score,
      [`${row.id}, with the fallback: answers asked again`, valueWithInterval(beside.asked)],
      [`${row.id}, with the fallback: tasks that end right`, valueWithInterval(beside.right)],
      [`${row.id}, with the fallback: per such task`, valueWithInterval(beside.sci)],
    ]
  }
  const { fallback } = consumer
  return factList([
    ...of(decision.chosen),
    ...(incumbent === decision.chosen ? [] : of(incumbent)),
    ['re-validation, per month', valueWithInterval(consumer.monitoringPerMonth)],
    ...(fallback === null ? [] : [['declared fallback', fallbackText(fallback)] as const]),
  ])
}

function fallbackText({ to, detector }: NonNullable<ConsumerReport['fallback']>): string {
  const who = {
    person: 'a person, outside the boundary: their cases count neither as carbon nor as tasks',
    retry: 'the same model once more',
  }
  const again = typeof to === 'string' ? who[to] : to.model
  const share = (part: number) => percent(part, 0)
  return `${again}; noticed by a ${detector.by} (${share(detector.catches)} of the wrong answers, ${share(detector.falseAlarms)} of the right ones)`
}

const providerFacts = (provider: Account['provider']): Html =>
  factList([
    ['selection, benchmarking, making', valueWithInterval(provider.total)],
    ['operational', valueWithInterval(provider.operational)],
    ['embodied', valueWithInterval(provider.embodied)],
    ['energy', valueWithInterval(provider.energy)],
    ['of which on what was not chosen', valueWithInterval(provider.discardedEnergy)],
    ...provider.units
      .filter(({ sci }) => sci.kind === 'known')
      .map(({ unit, count, sci }): Fact => [`per ${unit} (${count})`, valueWithInterval(sci)]),
    ...(provider.strategies.length === 0
      ? []
      : [['strategies disclosed', provider.strategies.join('; ')] as const]),
  ])

type SciRow = Pick<ConsumerRow, 'id' | 'sci'> & Partial<ConsumerRow>

/** SCI of each candidate in every functional unit that at least one has. */
export function sciTable(rows: readonly SciRow[], chosen: string | null): Html | null {
  const tokens = rows.some(({ perToken }) => perToken)
  const billed = rows.find(({ perBillingUnit }) => perBillingUnit)?.perBillingUnit
  return tableHtml({
    label: 'Table of SCI by functional unit',
    caption:
      'Consumer side, SCI per functional unit. R counts accepted answers, for every candidate alike. Only candidates that meet the bar and share a meter are ranked.',
    columns: [
      'candidate',
      'accepted answer',
      'inference',
      { head: 'operational', small: 'per inference' },
      { head: 'embodied', small: 'per inference' },
      ...(tokens ? ['output token'] : []),
      ...(billed ? [billed.unit] : []),
    ],
    rows: rows.map(({ id, sci, rank, perToken, perBillingUnit }) => [
      html`${id}${rank == null ? null : html`<small>rank ${rank}</small>`}`,
      figure(sci.perAccepted),
      figure(sci.perInference),
      figure(sci.operational),
      figure(sci.embodied),
      ...(tokens ? [perToken ? figure(perToken) : '–'] : []),
      ...(billed ? [perBillingUnit ? figure(perBillingUnit.sci) : '–'] : []),
    ]),
    chosen: rows.findIndex(({ id }) => id === chosen),
  })
}

/** The conversion factors of the chosen one, or of the first. */
function conversions({ rows }: ConsumerReport, chosen: string | null): Html | null {
  const row = rows.find(({ id }) => id === chosen) ?? rows[0]
  if (row === undefined || row.conversions.length === 0) return null
  const list = row.conversions.map(({ from, to, how }) => html`from ${from} to ${to}: ${how}`)
  return html`<p>Conversions of ${row.id}:</p>${bullets(list)}`
}

const stageTable = ({ rationale, stages }: Account['provider']): Html | null =>
  tableHtml({
    label: 'Table of Provider stages',
    caption: `Design & Development. ${rationale}`,
    columns: ['activity', { head: 'candidate', words: true }, 'energy', 'operational', 'embodied'],
    rows: stages.map((stage) => [
      stage.activity,
      html`${stage.candidate ?? 'all'}${stage.discarded ? html`<small>not chosen</small>` : null}`,
      figure(stage.energy),
      figure(stage.operational),
      figure(stage.embodied),
    ]),
  })
