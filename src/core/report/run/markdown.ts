import type { CandidateResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import { chance } from '../kit/chance.ts'
import { escapeMarkdown } from '../kit/escape.ts'
import { grouped, percent, points, significant, value } from '../kit/number.ts'
import { scoreLine } from './account.ts'
import { lookedWords, orderedCandidates, savesNote } from './candidates.ts'
import { claimText, headlineText } from './headline.ts'

/** The report as Markdown that fits a pull request. */
export function renderMarkdown(result: RunResult): string {
  const { task, decision, overhead, provenance } = result
  const mark = (holds: boolean): string => (holds ? 'yes' : 'no')
  const lines = [
    `### rightsize: ${escapeMarkdown(task.name)}${task.synthetic ? ' (synthetic data)' : ''}`,
    '',
    `**${escapeMarkdown(headlineText(result), 900)}**`,
    '',
    `- **Matches (these items): ${mark(decision.matches.holds)}.** ${escapeMarkdown(claimText(decision.matches), 400)}`,
    `- **Certified (future items like these): ${mark(decision.certified.holds)}.** ${escapeMarkdown(claimText(decision.certified), 400)}`,
    '',
    ...table(result),
    '',
    `Loss: points against ${escapeMarkdown(result.incumbent ?? 'the floor', 60)}; "at most" holds at ${percent(1 - result.risk.alpha, 0)} over ${lookedWords(decision.looked)}; "P(over)": chance that the loss exceeds the margin. ${savesNote(
      result,
    )
      .map((note) => escapeMarkdown(note, 300))
      .join(' ')} Order: ${escapeMarkdown(decision.order.word, 80)}.`,
  ]
  const broken = result.candidates.filter((one) => one.verdict === 'broken')
  if (broken.length > 0)
    lines.push(
      '',
      ...broken
        .slice(0, 6)
        .map((one) => `- ${escapeMarkdown(one.id, 60)} broke: ${escapeMarkdown(one.why, 300)}`),
    )
  const next = decision.next.filter((step) => step.kind !== 'none')
  if (next.length > 0)
    lines.push(
      '',
      'Next:',
      ...next.slice(0, 6).map((step) => `- ${escapeMarkdown(step.text, 300)}`),
    )
  if (task.warnings.length > 0) {
    lines.push('', '<details><summary>What the data show</summary>', '')
    lines.push(
      ...task.warnings.slice(0, 8).map((warning) => `- ${escapeMarkdown(warning.text, 300)}`),
      '',
      '</details>',
    )
  }
  lines.push(
    '',
    `<sub>${grouped(overhead.calls)} calls, ${significant(overhead.cpuS)} CPU-s; ${payBack(result)}${score(result)} Look ${task.look} at this data. ${escapeMarkdown(provenance.generator)}, ${escapeMarkdown(provenance.endedAt, 40)}.</sub>`,
    '',
  )
  return lines.join('\n')
}

function payBack({ overhead }: RunResult): string {
  const { payBackCalls } = overhead
  return payBackCalls.kind === 'known'
    ? `paid back after ${value(payBackCalls)} answers.`
    : 'pay-back not known.'
}

function score(result: RunResult): string {
  const line = scoreLine(result)
  return line === '' ? '' : ` ${line}.`
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
      one.loss ? chance(one.loss.pOverCorrected) : '–',
      value(one.cost.cpuPerItem),
      value(one.cost.energyPerItem),
      one.role === 'incumbent'
        ? '–'
        : `${value(one.cost.ratioResolved)}${one.cost.ratioResolved.kind === 'known' ? 'x' : ''}`,
    ]
    return `| ${cells.join(' | ')} |`
  }
  return [
    `| candidate | verdict | n | ${escapeMarkdown(result.task.metric, 60)} | loss | at most | P(over) | CPU time | energy | saves |`,
    '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...orderedCandidates(result).map(row),
  ]
}
