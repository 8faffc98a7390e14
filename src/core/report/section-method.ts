import type { RunResult } from '../spec/run-result.ts'
import { escapeHtml } from './escape.ts'
import { bytes, grouped, significant, value, valueWithInterval } from './number.ts'

/** What finding out has cost, by stage, and when it has paid for itself. */
export function overheadSection({ overhead }: RunResult): string {
  const rows = overhead.byStage
    .map(
      (stage) =>
        `<tr><td>${stage.stage}</td><td>${escapeHtml(stage.candidate ?? 'all')}</td><td>${significant(stage.cpuS)} s</td><td>${significant(stage.wallS)} s</td><td>${escapeHtml(value(stage.energy))}</td></tr>`,
    )
    .join('')
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
  return `<section aria-labelledby="overhead"><h2 id="overhead">What finding out has cost</h2>${factList(facts)}<details><summary>By stage and candidate</summary><div class="scroll" tabindex="0" role="region" aria-label="Table of overhead"><table><caption>Provider side: selection and benchmarking.</caption><thead><tr><th scope="col">stage</th><th scope="col">candidate</th><th scope="col">CPU</th><th scope="col">wall</th><th scope="col">energy</th></tr></thead><tbody>${rows}</tbody></table></div></details></section>`
}

const factList = (facts: readonly (readonly [string, string])[]): string =>
  `<dl class="facts">${facts.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`).join('')}</dl>`

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
    [
      'made by',
      `${provenance.generator}, ${provenance.startedAt} to ${provenance.endedAt}${provenance.resumed ? ', resumed from stored answers' : ''}${provenance.interrupted ? ', interrupted' : ''}`,
    ],
    ['spec', `sha256 ${provenance.specDigest}`],
  ]
  return `<section aria-labelledby="method"><h2 id="method">Method and limits</h2>
<p>Every candidate answers the same items, and each answer is paired with the incumbent's answer to the same item (or held against the floor). Bounds are simultaneous over all candidates that were looked at, so that choosing the best of many does not flatter it. The cheapest candidate that passes is chosen, not the best.</p>${prior}<ul>${limits}</ul>${factList(facts)}</section>`
}
