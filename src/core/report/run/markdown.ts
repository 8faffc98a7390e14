import type { CandidateResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import { cutMd, joinedMd, type Markdown, markdownText, md } from '../kit/markup.ts'
import { value } from '../kit/number.ts'
import { tableMarkdown } from '../kit/table.ts'
import { moneyColumns, moneyLegend } from './money.ts'
import {
  decidingColumns,
  legend,
  orderedCandidates,
  type SummaryColumn,
  savingColumns,
  summaryOf,
} from './summary.ts'

/** The report as Markdown that fits a pull request. */
export function renderMarkdown(result: RunResult): string {
  const { task, decision, provenance } = result
  const { headline, claims, broken, leftOut, health, next, cost } = summaryOf(result)
  const blocks: readonly (readonly Markdown[])[] = [
    [md`### rightsize: ${task.name}${task.synthetic ? md` (synthetic data)` : null}`],
    [md`**${cutMd(headline, 900)}**`],
    claims.map(
      ({ name, about, holds, text }) =>
        md`- **${name.charAt(0).toUpperCase()}${name.slice(1)} (${cutMd(about, 40)}): ${holds ? 'yes' : 'no'}.** ${cutMd(text, 400)}`,
    ),
    table(result),
    moneyTable(result),
    [sentences([...legend(result, 'P(over)'), `Order: ${decision.order.word}.`])],
    listed(broken),
    leftOut.length === 0
      ? []
      : [md`Left out:`, ...leftOut.map((text) => md`- ${cutMd(text, 300)}`)],
    health.length === 0 ? [] : [md`Answers:`, ...health.map((text) => md`- ${cutMd(text, 300)}`)],
    next.length === 0 ? [] : [md`Next:`, ...listed(next)],
    foldedList(
      'What the data show',
      task.warnings.map(({ text }) => text),
    ),
    [
      md`<sub>${cutMd([...cost, `${provenance.generator}, ${provenance.endedAt}.`].join(' '), 600)}</sub>`,
    ],
  ]
  const shown = blocks.filter((lines) => lines.length > 0)
  const written = shown.map((lines) => joinedMd(lines, md`\n`))
  return `${markdownText(joinedMd(written, md`\n\n`))}\n`
}

/** Each cut by itself: the length of one hides no other. */
const sentences = (texts: readonly string[]): Markdown =>
  joinedMd(
    texts.map((text) => cutMd(text, 900)),
    md` `,
  )

const listed = (texts: readonly string[]): readonly Markdown[] =>
  texts.slice(0, 8).map((text) => md`- ${cutMd(text, 300)}`)

const foldedList = (summary: string, texts: readonly string[]): readonly Markdown[] =>
  texts.length === 0
    ? []
    : [md`<details><summary>${summary}</summary>\n`, ...listed(texts), md`\n</details>`]

const table = (result: RunResult): readonly Markdown[] =>
  tableOf(result, [...decidingColumns(result), ...costColumns, ...savingColumns(result)], '')

function tableOf(
  result: RunResult,
  columns: readonly SummaryColumn[],
  caption: string,
): readonly Markdown[] {
  const rows = orderedCandidates(result)
  const cell = (one: CandidateResult) => (column: SummaryColumn) => ({ text: column.cell(one) })
  return tableMarkdown({
    label: 'candidates',
    caption,
    columns,
    rows: rows.map((one) => columns.map(cell(one))),
    chosen: rows.findIndex(({ id }) => id === result.decision.chosen),
  })
}

function moneyTable(result: RunResult): readonly Markdown[] {
  const [name] = decidingColumns(result)
  const legend = moneyLegend(result)
  if (name === undefined || legend === null) return []
  return tableOf(result, [name, ...moneyColumns(result)], legend)
}

const costColumns: readonly SummaryColumn[] = [
  { head: 'CPU time', cell: ({ cost }) => value(cost.cpuPerItem) },
  { head: 'energy', cell: ({ cost }) => value(cost.energyPerItem) },
]
