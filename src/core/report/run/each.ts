import type { CandidateResult, ConstraintResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import { chance } from '../kit/chance.ts'
import { escapeHtml } from '../kit/escape.ts'
import { figure } from '../kit/figure.ts'
import { grouped, significant, value, valueWithInterval } from '../kit/number.ts'
import { factList, tableHtml } from '../kit/table.ts'
import { orderedCandidates } from './candidates.ts'

/** Each candidate in words: why it was or was not chosen, its constraints, failures, training, and every other figure. */
export function eachSection(result: RunResult): string {
  const list = orderedCandidates(result).map((one) => candidate(one, result))
  if (list.length === 0) return ''
  return `<section aria-labelledby="each"><h2 id="each">What was chosen, what was not, and why</h2>${list.join('')}</section>`
}

function candidate(one: CandidateResult, result: RunResult): string {
  const word = one.role === 'incumbent' ? 'incumbent' : one.verdict
  const chosen = one.id === result.decision.chosen && one.role !== 'incumbent' ? 'chosen, ' : ''
  return `<article class="one"><h3>${escapeHtml(one.id, 120)} <span class="verdict ${word}">${chosen}${word}</span></h3>
<p>${escapeHtml(one.why)}</p>${failures(one)}${constraints(one)}${training(one)}
<details><summary>All about ${escapeHtml(one.id, 60)}</summary>${factList(facts(one))}</details></article>`
}

function failures({ failed, skipped, n, runtime }: CandidateResult): string {
  if (failed === 0 && skipped === 0) return ''
  const parts = [
    ...(failed > 0 ? [`${grouped(failed)} answers failed and count as wrong`] : []),
    ...(skipped > 0 ? [`${grouped(skipped)} items were not asked`] : []),
  ]
  return `<p class="warn">${parts.join('; ')} (${grouped(n)} judged, runtime ${escapeHtml(runtime, 40)}).</p>`
}

function constraints({ constraints, id }: CandidateResult): string {
  if (constraints.length === 0) return ''
  return tableHtml({
    label: `Constraints of ${id}`,
    caption: 'Constraints.',
    narrow: true,
    columns: [
      { head: 'constraint', words: true },
      { head: 'limit' },
      { head: 'value' },
      { head: 'verdict', words: true },
      { head: 'why', words: true },
    ],
    rows: constraints.map((each) => ({ cells: constraintCells(each) })),
  })
}

const constraintCells = ({ name, limit, unit, value, verdict, why }: ConstraintResult) => [
  escapeHtml(name),
  `${significant(limit)} ${escapeHtml(unit, 40)}`,
  figure(value),
  `<span class="verdict ${verdict}">${verdict}</span>`,
  escapeHtml(why),
]

function training({ trained }: CandidateResult): string {
  if (trained === null) return ''
  const cost = `${grouped(trained.items)} items, ${significant(trained.cpuS)} CPU-s, energy ${valueWithInterval(trained.energy)}`
  return `<p>Trained in this run on ${escapeHtml(cost)}. ${escapeHtml(trained.note)}</p>`
}

function facts(one: CandidateResult): readonly (readonly [string, string])[] {
  return [...identity(one), ...evidence(one), ...costs(one)]
}

function identity({ base, model, runtime, settings, identity }: CandidateResult) {
  const set = Object.entries(settings).map(([key, what]) => `${key} ${JSON.stringify(what)}`)
  const rows: (readonly [string, string])[] = [
    ['model', `${model} in ${runtime}${base === '' ? '' : ` (${base})`}`],
    ['settings', set.length === 0 ? 'as they come' : set.join(', ')],
  ]
  if (identity === null) return rows
  const { revision, precision, engine, floating, parameters, activeParameters, bytes } = identity
  rows.push(
    ['revision', `${revision}${floating ? ' (floating: it may change under this name)' : ''}`],
    ['precision, engine', `${precision}, ${engine}`],
  )
  if (parameters !== null) {
    const active = activeParameters === null ? '' : `, ${grouped(activeParameters)} active`
    rows.push(['parameters', `${grouped(parameters)}${active}`])
  }
  if (bytes !== null) rows.push(['file', `${grouped(bytes)} bytes`])
  return rows
}

function evidence({ loss, sequential, metrics, acceptRate }: CandidateResult) {
  const rows: (readonly [string, string])[] = [['accepted', valueWithInterval(acceptRate)]]
  for (const [name, estimate] of Object.entries(metrics)) rows.push([name, value(estimate)])
  if (loss !== null) {
    if (loss.win !== null && loss.lose !== null)
      rows.push([
        'item by item',
        `better on ${grouped(loss.win)}, worse on ${grouped(loss.lose)}, equal on ${grouped(loss.tie ?? 0)}`,
      ])
    rows.push([
      'P(loss > margin)',
      `${chance(loss.pOver)} alone, ${chance(loss.pOverCorrected)} corrected for the others`,
    ])
    if (loss.pMcNemar !== null)
      rows.push(['McNemar, exact', `p = ${significant(loss.pMcNemar, 2)} that they are equal`])
  }
  if (sequential !== null)
    rows.push([
      'race',
      `${sequential.reason} after ${grouped(sequential.stoppedAt)} items (${sequential.scope} scope)`,
    ])
  return rows
}

function costs({ cost }: CandidateResult) {
  const rows: readonly (readonly [string, string])[] = [
    ['meter', `${cost.meter}, ${cost.windows} windows`],
    ['CPU time per answer', valueWithInterval(cost.cpuPerItem)],
    ['energy per answer', valueWithInterval(cost.energyPerItem)],
    ['idle energy per answer', valueWithInterval(cost.idlePerItem)],
    ['latency, median', valueWithInterval(cost.latencyP50)],
    ['latency, p95', valueWithInterval(cost.latencyP95)],
    ['answers per second', valueWithInterval(cost.throughputPerS)],
    ['memory, peak', valueWithInterval(cost.peakRss)],
    ['load', valueWithInterval(cost.load)],
    ['price per answer', valueWithInterval(cost.pricePerItem)],
    ['times less than the incumbent, per answer', valueWithInterval(cost.ratio)],
  ]
  const { tokensPerItem } = cost
  if (tokensPerItem === null) return rows
  const tokens = `${significant(tokensPerItem.input)} in, ${significant(tokensPerItem.output)} out`
  return [...rows, ['tokens per answer', tokens] as const]
}
