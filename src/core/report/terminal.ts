import type { CandidateResult, RunResult } from '../spec/run-result.ts'
import { percent, points, significant, value } from './number.ts'

export interface TerminalOptions {
  readonly columns: number
  readonly color: boolean
}

/** The decision with its evidence on one screen: what `rightsize run` and `rightsize why` print. */
export function renderTerminal(result: RunResult, options: TerminalOptions): string {
  const width = Math.max(60, Math.min(options.columns, 100))
  const paint = painter(options.color)
  const { decision } = result
  const blocks = [
    `${paint.bold(result.task.name)}${result.task.synthetic ? ` ${paint.yellow('(synthetic data)')}` : ''}`,
    wrap(decision.headline, width).join('\n'),
    claims(result, width, paint).join('\n'),
    table(result, width, paint).join('\n'),
    footer(result, width).join('\n'),
  ]
  const next = decision.next.filter((step) => step.kind !== 'none')
  if (next.length > 0) {
    const lines = next.flatMap((step) => wrap(step.text, width, '  - ', '    '))
    blocks.push(['Next', ...lines].join('\n'))
  }
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

interface Painter {
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  yellow(text: string): string
  red(text: string): string
}

function painter(color: boolean): Painter {
  const code = (on: number, off: number) => (text: string) =>
    color ? `\u001b[${on}m${text}\u001b[${off}m` : text
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    green: code(32, 39),
    yellow: code(33, 39),
    red: code(31, 39),
  }
}

function claims(result: RunResult, width: number, paint: Painter): readonly string[] {
  const { matches, certified } = result.decision
  const mark = (holds: boolean): string => (holds ? paint.green('yes') : paint.yellow('no '))
  return [
    ...wrap(matches.text, width, `matches    ${mark(matches.holds)}  `, ' '.repeat(16), 16),
    ...wrap(certified.text, width, `certified  ${mark(certified.holds)}  `, ' '.repeat(16), 16),
  ]
}

interface Column {
  readonly head: string
  readonly left?: boolean
  cell(candidate: CandidateResult): string
}

function table(result: RunResult, width: number, paint: Painter): readonly string[] {
  const chosen = result.decision.chosen
  const sensor = result.candidates.some(
    (candidate) =>
      candidate.cost.energyPerItem.kind === 'known' &&
      candidate.cost.energyPerItem.method === 'measured',
  )
  const columns: readonly Column[] = [
    {
      head: 'candidate',
      left: true,
      cell: (c) => `${c.id === chosen ? '> ' : '  '}${clip(c.id, 18)}`,
    },
    {
      head: 'verdict',
      left: true,
      cell: (c) => (c.role === 'incumbent' ? 'incumbent' : c.verdict),
    },
    { head: 'n', cell: (c) => String(c.n) },
    {
      head: result.task.metric === 'accuracy' ? 'accuracy' : 'quality',
      cell: (c) => (c.quality.kind === 'known' ? percent(c.quality.value) : '-'),
    },
    { head: 'loss', cell: (c) => (c.loss ? points(c.loss.expected) : '-') },
    { head: 'at most', cell: (c) => (c.loss ? points(c.loss.upper) : '-') },
    {
      head: sensor ? 'energy' : 'CPU time',
      cell: (c) => (sensor ? value(c.cost.energyPerItem) : orDash(value(c.cost.cpuPerItem))),
    },
    { head: 'saves', cell: (c) => ratio(c) },
  ]
  const rows = ordered(result).map((candidate) => columns.map((column) => column.cell(candidate)))
  const widths = columns.map((column, i) =>
    Math.max(column.head.length, ...rows.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) =>
        columns[i]?.left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .slice(0, width)
  return [
    paint.dim(line(columns.map((column) => column.head))),
    ...rows.map((row) => (row[0]?.startsWith('> ') ? paint.bold(line(row)) : line(row))),
  ]
}

const orDash = (text: string): string => (text === 'unknown' ? '-' : text)

function ratio(candidate: CandidateResult): string {
  const { ratioResolved } = candidate.cost
  if (candidate.role === 'incumbent') return '1x'
  return ratioResolved.kind === 'known' ? `${significant(ratioResolved.value, 2)}x` : '-'
}

/** Incumbent last, the others cheapest first as the result lists them. */
function ordered(result: RunResult): readonly CandidateResult[] {
  const others = result.candidates.filter((candidate) => candidate.role !== 'incumbent')
  return [...others, ...result.candidates.filter((candidate) => candidate.role === 'incumbent')]
}

function footer(result: RunResult, width: number): readonly string[] {
  const { overhead, decision } = result
  const lines = [
    `Order: ${decision.order.word} (${decision.order.why}).`,
    `Loss in points against ${result.incumbent ?? 'the floor'}, "at most" at ${percent(1 - result.risk.alpha, 0)} over all ${decision.looked} looked at; "saves" per resolved task.`,
    `Benchmark: ${overhead.calls} calls (${overhead.reused} from the store), ${significant(overhead.cpuS)} CPU-s; pays back after ${value(overhead.payBackCalls)} answers. Look ${result.task.look} at this data.`,
  ]
  return lines.flatMap((text) => wrap(text, width))
}

const clip = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`

/** Words wrapped to `width`; `lead` before the first line, `indent` before the others. `leadWidth` when the lead holds escapes. */
export function wrap(
  text: string,
  width: number,
  lead = '',
  indent = '',
  leadWidth = lead.length,
): readonly string[] {
  const lines: string[] = []
  let line = lead
  let used = leadWidth
  let fresh = true
  for (const word of text.split(/\s+/)) {
    if (!fresh && used + 1 + word.length > width) {
      lines.push(line)
      line = indent
      used = indent.length
      fresh = true
    }
    line += fresh ? word : ` ${word}`
    used += word.length + (fresh ? 0 : 1)
    fresh = false
  }
  lines.push(line)
  return lines
}
