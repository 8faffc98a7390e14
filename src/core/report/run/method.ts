import type { RunResult } from '../../result/run-result.ts'
import type { Figure } from '../../unit/estimate.ts'
import { cut, type Html, html } from '../kit/markup.ts'
import { bytes, grouped, significant, value, valueWithInterval } from '../kit/number.ts'
import { bullets, folded, section } from '../kit/page.ts'
import { type Fact, factList, tableHtml } from '../kit/table.ts'

/** What the evaluation has cost, by stage, and when it has paid for itself. */
export function overheadSection({ overhead }: RunResult): Html | null {
  const { calls, reused, cpuS, wallS, energy, money, exhaustive } = overhead
  const facts = factList([
    ['model calls', `${grouped(calls)}, and ${grouped(reused)} stored answers`],
    ['CPU time', `${seconds(cpuS)}, in ${significant(wallS)} s`],
    ['energy', valueWithInterval(energy)],
    ['money', valueWithInterval(money)],
    ['every candidate on every item would take', valueWithInterval(exhaustive)],
    payBackFact(overhead),
  ])
  const byStage = folded('By stage and candidate', stageTable(overhead))
  return section('overhead', 'Cost of this evaluation', facts, byStage)
}

const seconds = (figure: Figure): string =>
  typeof figure === 'number' ? `${significant(figure)} s` : `unknown: ${figure.why}`

function payBackFact({ payBackCalls: pays }: RunResult['overhead']): Fact {
  if (pays.kind === 'infinite') return ['never pays back', pays.reason]
  return ['pays back after', `${valueWithInterval(pays)}${pays.kind === 'known' ? ' answers' : ''}`]
}

const stageTable = ({ byStage }: RunResult['overhead']): Html | null =>
  tableHtml({
    label: 'Table of overhead',
    caption: 'Provider side: selection and benchmarking.',
    columns: ['stage', { head: 'candidate', words: true }, 'CPU', 'wall', 'energy'],
    rows: byStage.map(({ stage, candidate, cpuS, wallS, energy }) => [
      stage,
      cut(candidate ?? 'all', 80),
      typeof cpuS === 'number' ? seconds(cpuS) : 'unknown',
      `${significant(wallS)} s`,
      value(energy),
    ]),
  })

/** How it was decided and what it cannot say, in plain words. */
export function methodSection(result: RunResult): Html | null {
  const loss = result.candidates.find((one) => one.loss)?.loss
  return section(
    'method',
    'Method and limits',
    html`<p>Every candidate answers the same items, and each answer is paired with the incumbent's answer to the same item (or compared with the floor). The test behind the word is corrected for the candidates in play, and the bound also for having been chosen; the chance of each candidate is its own. The cheapest candidate that passes is chosen, not the best.</p>`,
    loss ? html`<p>Bounds and chances: ${loss.method}. Prior: ${loss.prior}.</p>` : null,
    bullets(result.provenance.limits),
    factList([...decisionFacts(result), ...originFacts(result)]),
  )
}

const decisionFacts = ({ decision, risk, task }: RunResult): readonly Fact[] => [
  ['regime', `${decision.regime.kind}: ${decision.regime.why}`],
  [
    'risk',
    `alpha ${risk.alpha}, beta ${risk.beta}, claim asked: ${risk.claim}, supported from ${risk.supportedAt}`,
  ],
  ['scorer', task.scorer],
  ['looks at this data', `${task.look} (every look spends confidence)`],
  ...Object.entries(task.data).map(
    ([part, { path, items, digest }]): Fact => [
      `${part} data`,
      `${path}: ${grouped(items)} items, sha256 ${digest}`,
    ],
  ),
]

function originFacts({ provenance, environment }: RunResult): readonly Fact[] {
  const { generator, startedAt, endedAt, resumed, interrupted } = provenance
  const { cpu, cores, memoryBytes, os, node, noisy, meters } = environment
  const parts = [
    `${generator}, ${startedAt} to ${endedAt}`,
    ...(resumed ? ['resumed from stored answers'] : []),
    ...(interrupted ? ['interrupted'] : []),
  ]
  const meterTexts = meters.map(
    ({ name, works, detail }) => `${name}: ${works ? 'works' : 'does not work'} (${detail})`,
  )
  return [
    ['order of items', provenance.itemOrder],
    ['machine', `${cpu}, ${cores} processors, ${bytes(memoryBytes)}, ${os}, Node ${node}`],
    ['noise', noisy ?? 'none seen'],
    ['meters', meterTexts.length === 0 ? 'none' : meterTexts.join('; ')],
    ['generator', parts.join(', ')],
    ['spec', `sha256 ${provenance.specDigest}`],
  ]
}
