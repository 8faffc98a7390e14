import type { CandidateResult, ConstraintResult } from '../../result/candidate.ts'
import { pickedText } from '../../result/claim-text.ts'
import type { RunResult } from '../../result/run-result.ts'
import { chance } from '../../unit/figure-words.ts'
import { figure } from '../kit/figure.ts'
import { cut, type Html, html } from '../kit/markup.ts'
import { grouped, significant, value, valueWithInterval } from '../kit/number.ts'
import { folded, section } from '../kit/page.ts'
import { type Fact, factList, tableHtml } from '../kit/table.ts'
import { orderedCandidates } from './summary.ts'

/** Each candidate in words: why it was or was not chosen, its constraints, failures, training, and every other figure. */
export const eachSection = (result: RunResult): Html | null =>
  section(
    'each',
    'What was chosen, what was not, and why',
    ...orderedCandidates(result).map((one) => candidate(one, result)),
  )

function candidate(one: CandidateResult, { decision }: RunResult): Html {
  const word = one.role === 'incumbent' ? 'incumbent' : one.verdict
  const chosen = one.id === decision.chosen && one.role !== 'incumbent' ? 'chosen, ' : ''
  return html`<article class="one"><h3>${cut(one.id, 120)} <span class="verdict ${word}">${chosen}${word}</span></h3>
<p>${one.why}</p>${failures(one)}${constraints(one)}${training(one)}
${folded(html`All about ${cut(one.id, 60)}`, factList([...identity(one), ...evidence(one), ...costs(one)]))}</article>`
}

function failures({ failed, skipped, n, runtime }: CandidateResult): Html | null {
  if (failed === 0 && skipped === 0) return null
  const parts = [
    ...(failed > 0 ? [`${grouped(failed)} answers failed and count as wrong`] : []),
    ...(skipped > 0 ? [`${grouped(skipped)} items were not asked`] : []),
  ]
  return html`<p class="warn">${parts.join('; ')} (${grouped(n)} judged, runtime ${cut(runtime, 40)}).</p>`
}

const constraints = ({ constraints, id }: CandidateResult): Html | null =>
  tableHtml({
    label: `Constraints of ${id}`,
    caption: 'Constraints.',
    narrow: true,
    columns: [
      { head: 'constraint', words: true },
      'limit',
      'value',
      { head: 'verdict', words: true },
      { head: 'why', words: true },
    ],
    rows: constraints.map(constraintCells),
  })

const constraintCells = ({ name, limit, unit, value, verdict, why }: ConstraintResult) => [
  name,
  html`${significant(limit)} ${cut(unit, 40)}`,
  figure(value),
  html`<span class="verdict ${verdict}">${verdict}</span>`,
  why,
]

function training({ trained }: CandidateResult): Html | null {
  if (trained === null) return null
  const cost = `${grouped(trained.items)} items, ${significant(trained.cpuS)} CPU-s, energy ${valueWithInterval(trained.energy)}`
  return html`<p>Trained in this run on ${cost}. ${trained.note}</p>`
}

function identity({ base, model, runtime, settings, identity }: CandidateResult): readonly Fact[] {
  const set = Object.entries(settings).map(([key, what]) => `${key} ${JSON.stringify(what)}`)
  const named: readonly Fact[] = [
    ['model', `${model} in ${runtime}${base === '' ? '' : ` (${base})`}`],
    ['settings', set.length === 0 ? 'the defaults' : set.join(', ')],
  ]
  if (identity === null) return named
  const { revision, precision, engine, floating, parameters, activeParameters, bytes } = identity
  const active = activeParameters === null ? '' : `, ${grouped(activeParameters)} active`
  return [
    ...named,
    ['revision', `${revision}${floating ? ' (floating: it may change under this name)' : ''}`],
    ['precision, engine', `${precision}, ${engine}`],
    ...(parameters === null ? [] : [['parameters', `${grouped(parameters)}${active}`] as const]),
    ...(bytes === null ? [] : [['file', `${grouped(bytes)} bytes`] as const]),
  ]
}

function evidence({ loss, sequential, metrics, acceptRate }: CandidateResult): readonly Fact[] {
  return [
    ['accepted', valueWithInterval(acceptRate)],
    ...Object.entries(metrics).map(([name, estimate]): Fact => [name, value(estimate)]),
    ...(loss === null ? [] : lossFacts(loss)),
    ...(sequential === null
      ? []
      : [
          [
            'race',
            `${sequential.reason} after ${grouped(sequential.stoppedAt)} items (${sequential.scope} scope)`,
          ] as const,
        ]),
  ]
}

function lossFacts(loss: NonNullable<CandidateResult['loss']>): readonly Fact[] {
  const { win, tie, lose, pOver, pCorrected, pMcNemar } = loss
  return [
    ...(win === null || lose === null
      ? []
      : [
          [
            'item by item',
            `better on ${grouped(win)}, worse on ${grouped(lose)}, equal on ${grouped(tie ?? 0)}`,
          ] as const,
        ]),
    ['P(loss > margin)', chance(pOver)],
    ['test of the loss', `p = ${significant(pCorrected, 2)}${pickedText(loss)}`],
    ...(pMcNemar === null
      ? []
      : [['McNemar, exact', `p = ${significant(pMcNemar, 2)} that they are equal`] as const]),
  ]
}

function costs({ cost, role }: CandidateResult): readonly Fact[] {
  const { tokensPerItem: tokens } = cost
  return [
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
    ...(role === 'incumbent' ? [] : [['against the incumbent', ratioText(cost.ratio)] as const]),
    ...(tokens === null
      ? []
      : [
          [
            'tokens per answer',
            `${significant(tokens.input)} in, ${significant(tokens.output)} out`,
          ] as const,
        ]),
  ]
}

/** "8.2x less per answer (7.4x to 9x, measured)". */
function ratioText(ratio: CandidateResult['cost']['ratio']): string {
  if (ratio.kind !== 'known') return valueWithInterval(ratio)
  const [times, low, high] = [ratio.value, ratio.low, ratio.high].map(
    (v) => `${significant(v, 2)}x`,
  )
  return `${times} less per answer (${low} to ${high}, ${ratio.method})`
}
