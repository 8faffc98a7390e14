import type { Account, ConsumerReport, ConsumerRow } from '../../result/account.ts'
import type { RunResult } from '../../result/run-result.ts'
import { escapeHtml } from '../kit/escape.ts'
import { figure } from '../kit/figure.ts'
import { grouped, valueWithInterval } from '../kit/number.ts'
import { factList, tableHtml } from '../kit/table.ts'

/** Consumer and Provider beside each other: two reports of one run, which are never added. */
export function sidesPart(account: Account, result: RunResult): string {
  return `<h3>Two reports from one run, never added</h3>
<div class="sides"><div class="side"><h4>Consumer: using the model</h4>${consumerFacts(account, result)}</div><div class="side"><h4>Provider: choosing and making it</h4>${providerFacts(account)}</div></div>
<details><summary>Consumer: every candidate in every unit</summary>${consumerTable(account, result)}${conversions(account, result)}</details>
<details><summary>Provider: every stage</summary>${stageTable(account)}</details>`
}

function consumerFacts({ consumer }: Account, { decision, incumbent }: RunResult): string {
  const of = (id: string | null): readonly (readonly [string, string])[] => {
    const row = consumer.rows.find((one) => one.id === id)
    if (!row) return []
    const people =
      row.toPersonPerThousand === null
        ? []
        : [
            [
              `${row.id}: answers in 1,000 left to a person`,
              grouped(Math.round(row.toPersonPerThousand)),
            ] as const,
          ]
    return [[`${row.id}, per resolved task`, valueWithInterval(row.sci.perResolved)], ...people]
  }
  const others = incumbent === decision.chosen ? [] : of(incumbent)
  return factList([
    ...of(decision.chosen),
    ...others,
    ['re-validation, per month', valueWithInterval(consumer.monitoringPerMonth)],
    ['an answer that is not accepted goes to', fallbackWords[consumer.fallback]],
  ])
}

const fallbackWords: Readonly<Record<ConsumerReport['fallback'], string>> = {
  incumbent: 'the incumbent',
  retry: 'one more try',
  person: 'a person, outside the boundary',
}

function providerFacts({ provider }: Account): string {
  const units = provider.units.filter(({ sci }) => sci.kind === 'known')
  return factList([
    ['selection, benchmarking, making', valueWithInterval(provider.total)],
    ['operational', valueWithInterval(provider.operational)],
    ['embodied', valueWithInterval(provider.embodied)],
    ['energy', valueWithInterval(provider.energy)],
    ['of which on what was not chosen', valueWithInterval(provider.discardedEnergy)],
    ...units.map(
      ({ unit, count, sci }) => [`per ${unit} (${count})`, valueWithInterval(sci)] as const,
    ),
    ...(provider.strategies.length === 0
      ? []
      : [['strategies disclosed', provider.strategies.join('; ')] as const]),
  ])
}

function consumerTable({ consumer }: Account, { decision }: RunResult): string {
  const tokens = consumer.rows.some(({ perToken }) => perToken)
  const billed = consumer.rows.find(({ perBillingUnit }) => perBillingUnit)?.perBillingUnit
  const cells = (row: ConsumerRow): readonly string[] => [
    `${escapeHtml(row.id)}${row.rank === null ? '' : `<small>rank ${row.rank}</small>`}`,
    figure(row.sci.perResolved),
    figure(row.sci.perAccepted),
    figure(row.sci.perInference),
    figure(row.sci.operational),
    figure(row.sci.embodied),
    ...(tokens ? [row.perToken ? figure(row.perToken) : '–'] : []),
    ...(billed ? [row.perBillingUnit ? figure(row.perBillingUnit.sci) : '–'] : []),
  ]
  return tableHtml({
    label: 'Table of SCI by functional unit',
    caption:
      'SCI per functional unit. Only candidates that meet the bar and share a meter are ranked.',
    columns: [
      { head: 'candidate' },
      { head: 'resolved task' },
      { head: 'accepted answer' },
      { head: 'inference' },
      { head: 'operational', small: 'per inference' },
      { head: 'embodied', small: 'per inference' },
      ...(tokens ? [{ head: 'output token' }] : []),
      ...(billed ? [{ head: billed.unit }] : []),
    ],
    rows: consumer.rows.map((row) => ({
      chosen: row.id === decision.chosen,
      cells: cells(row),
    })),
  })
}

/** The conversion factors of the chosen one, or of the first. */
function conversions({ consumer }: Account, { decision }: RunResult): string {
  const row = consumer.rows.find(({ id }) => id === decision.chosen) ?? consumer.rows[0]
  if (!row || row.conversions.length === 0) return ''
  const list = row.conversions.map(
    ({ from, to, how }) =>
      `<li>from ${escapeHtml(from)} to ${escapeHtml(to)}: ${escapeHtml(how)}</li>`,
  )
  return `<p>Conversions of ${escapeHtml(row.id)}:</p><ul>${list.join('')}</ul>`
}

function stageTable({ provider }: Account): string {
  return tableHtml({
    label: 'Table of Provider stages',
    caption: `Design & Development. ${provider.rationale}`,
    columns: [
      { head: 'activity' },
      { head: 'candidate', words: true },
      { head: 'energy' },
      { head: 'operational' },
      { head: 'embodied' },
    ],
    rows: provider.stages.map((stage) => ({
      cells: [
        escapeHtml(stage.activity),
        `${escapeHtml(stage.candidate ?? 'all')}${stage.discarded ? '<small>not chosen</small>' : ''}`,
        figure(stage.energy),
        figure(stage.operational),
        figure(stage.embodied),
      ],
    })),
  })
}
