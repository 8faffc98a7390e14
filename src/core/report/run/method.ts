import type { RunResult } from '../../result/run-result.ts'
import { escapeHtml } from '../kit/escape.ts'
import { bytes, grouped, significant, value, valueWithInterval } from '../kit/number.ts'
import { factList, tableHtml } from '../kit/table.ts'

/** What finding out has cost, by stage, and when it has paid for itself. */
export function overheadSection({ overhead }: RunResult): string {
  const facts: readonly (readonly [string, string])[] = [
    [
      'model calls',
      `${grouped(overhead.calls)}, and ${grouped(overhead.reused)} answers from the store`,
    ],
    ['CPU time', `${significant(overhead.cpuS)} s in ${significant(overhead.wallS)} s`],
    ['energy', valueWithInterval(overhead.energy)],
    ['money', valueWithInterval(overhead.money)],
    ['every candidate on every item would take', valueWithInterval(overhead.exhaustive)],
    [
      'pays back after',
      overhead.payBackCalls.kind === 'known'
        ? `${valueWithInterval(overhead.payBackCalls)} answers`
        : valueWithInterval(overhead.payBackCalls),
    ],
  ]
  const table = tableHtml({
    label: 'Table of overhead',
    caption: 'Provider side: selection and benchmarking.',
    columns: [
      { head: 'stage' },
      { head: 'candidate', words: true },
      { head: 'CPU' },
      { head: 'wall' },
      { head: 'energy' },
    ],
    rows: overhead.byStage.map((stage) => ({
      cells: [
        stage.stage,
        escapeHtml(stage.candidate ?? 'all', 80),
        `${significant(stage.cpuS)} s`,
        `${significant(stage.wallS)} s`,
        escapeHtml(value(stage.energy)),
      ],
    })),
  })
  return `<section aria-labelledby="overhead"><h2 id="overhead">What finding out has cost</h2>${factList(facts)}<details><summary>By stage and candidate</summary>${table}</details></section>`
}

function metersText({ environment }: RunResult): string {
  if (environment.meters.length === 0) return 'none'
  return environment.meters
    .map(({ name, works, detail }) => `${name}: ${works ? 'works' : 'does not work'} (${detail})`)
    .join('; ')
}

/** How it was decided and what it cannot say, in plain words. */
export function methodSection(result: RunResult): string {
  const { decision, risk, provenance, environment, task } = result
  const loss = result.candidates.find((one) => one.loss)?.loss
  const prior = loss
    ? `<p>Bounds and chances: ${escapeHtml(loss.method)}. Prior: ${escapeHtml(loss.prior)}.</p>`
    : ''
  const limits = provenance.limits.map((text) => `<li>${escapeHtml(text)}</li>`).join('')
  const data = Object.entries(task.data).map(
    ([part, facts]) =>
      [
        `${part} data`,
        `${facts.path}: ${grouped(facts.items)} items, sha256 ${facts.digest}`,
      ] as const,
  )
  const facts: readonly (readonly [string, string])[] = [
    ['regime', `${decision.regime.kind}: ${decision.regime.why}`],
    [
      'risk',
      `alpha ${risk.alpha}, beta ${risk.beta}, claim asked: ${risk.claim}, supported from ${risk.supportedAt}`,
    ],
    ['scorer', task.scorer],
    ['looks at this data', `${task.look} (every look spends confidence)`],
    ...data,
    ['order of items', provenance.itemOrder],
    [
      'machine',
      `${environment.cpu}, ${environment.cores} processors, ${bytes(environment.memoryBytes)}, ${environment.os}, Node ${environment.node}`,
    ],
    ['noise', environment.noisy ?? 'none seen'],
    ['meters', metersText(result)],
    [
      'made by',
      `${provenance.generator}, ${provenance.startedAt} to ${provenance.endedAt}${provenance.resumed ? ', resumed from stored answers' : ''}${provenance.interrupted ? ', interrupted' : ''}`,
    ],
    ['spec', `sha256 ${provenance.specDigest}`],
  ]
  return `<section aria-labelledby="method"><h2 id="method">Method and limits</h2>
<p>Every candidate answers the same items, and each answer is paired with the incumbent's answer to the same item (or held against the floor). Bounds are simultaneous over all candidates that were looked at, so that choosing the best of many does not flatter it. The cheapest candidate that passes is chosen, not the best.</p>${prior}<ul>${limits}</ul>${factList(facts)}</section>`
}
