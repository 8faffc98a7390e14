import type { CandidateResult, RunResult } from '../spec/run-result.ts'
import { escapeMarkdown } from './escape.ts'
import { grouped, percent, points, significant, value } from './number.ts'
import { orderedCandidates } from './section-candidates.ts'

/** The report as Markdown that fits a pull request. */
export function renderMarkdown(result: RunResult): string {
  const { task, decision, overhead, provenance } = result
  const mark = (holds: boolean): string => (holds ? 'yes' : 'no')
  const lines = [
    `### rightsize: ${escapeMarkdown(task.name)}${task.synthetic ? ' (synthetic data)' : ''}`,
    '',
    `**${escapeMarkdown(decision.headline, 600)}**`,
    '',
    `- **matches: ${mark(decision.matches.holds)}.** ${escapeMarkdown(decision.matches.text, 400)}`,
    `- **certified: ${mark(decision.certified.holds)}.** ${escapeMarkdown(decision.certified.text, 400)}`,
    '',
    ...table(result),
    '',
    `Loss in points against ${escapeMarkdown(result.incumbent ?? 'the floor')}; "at most" holds at ${percent(1 - result.risk.alpha, 0)} over all ${decision.looked} looked at; "saves" is per resolved task. Order: ${escapeMarkdown(decision.order.word)}.`,
  ]
  const next = decision.next.filter((step) => step.kind !== 'none')
  if (next.length > 0)
    lines.push('', 'Next:', ...next.map((step) => `- ${escapeMarkdown(step.text, 300)}`))
  if (task.warnings.length > 0) {
    lines.push('', '<details><summary>What the data show</summary>', '')
    lines.push(
      ...task.warnings.map((warning) => `- ${escapeMarkdown(warning.text, 300)}`),
      '',
      '</details>',
    )
  }
  lines.push(
    '',
    `<sub>${grouped(overhead.calls)} calls, ${significant(overhead.cpuS)} CPU-s; pays back after ${value(overhead.payBackCalls)} answers. Look ${task.look} at this data. ${escapeMarkdown(provenance.generator)}, ${provenance.endedAt}.</sub>`,
    '',
  )
  return lines.join('\n')
}

function table(result: RunResult): readonly string[] {
  const row = (one: CandidateResult): string => {
    const chosen = one.id === result.decision.chosen ? '**' : ''
    const cells = [
      `${chosen}${escapeMarkdown(one.id, 60)}${chosen}`,
      one.role === 'incumbent' ? 'incumbent' : one.verdict,
      grouped(one.n),
      one.quality.kind === 'known' ? percent(one.quality.value) : 'unknown',
      one.loss ? points(one.loss.expected) : '–',
      one.loss ? points(one.loss.upper) : '–',
      value(one.cost.cpuPerItem),
      value(one.cost.energyPerItem),
      one.role === 'incumbent' ? '–' : value(one.cost.ratioResolved),
    ]
    return `| ${cells.join(' | ')} |`
  }
  return [
    `| candidate | verdict | n | ${escapeMarkdown(result.task.metric)} | loss | at most | CPU time | energy | saves |`,
    '|---|---|---:|---:|---:|---:|---:|---:|---:|',
    ...orderedCandidates(result).map(row),
  ]
}
