import type { CandidateResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import { chance } from '../kit/chance.ts'
import { plainText } from '../kit/escape.ts'
import { grouped, percent, points, significant, value } from '../kit/number.ts'
import { wrap } from '../kit/wrap.ts'
import { scoreLine } from './account.ts'
import { lookedWords, orderedCandidates, savingOf } from './candidates.ts'
import { claimText, headlineText } from './headline.ts'

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
    `${paint.bold(plainText(result.task.name, 80))}${result.task.synthetic ? ` ${paint.yellow('(synthetic data)')}` : ''}`,
    wrap(plainText(headlineText(result), 1200), width).join('\n'),
    claims(result, width, paint).join('\n'),
    table(result, width, paint).join('\n'),
    footer(result, width).join('\n'),
  ]
  const next = decision.next.filter((step) => step.kind !== 'none')
  if (next.length > 0) {
    const lines = next.flatMap((step) => wrap(plainText(step.text), width, '  - ', '    '))
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
    ...wrap(
      plainText(claimText(matches)),
      width,
      `matches    ${mark(matches.holds)}  `,
      ' '.repeat(16),
      16,
    ),
    ...wrap(
      plainText(claimText(certified)),
      width,
      `certified  ${mark(certified.holds)}  `,
      ' '.repeat(16),
      16,
    ),
  ]
}

interface Column {
  readonly head: string
  readonly left?: boolean
  /** Left out where there is no room: the headline has it for the chosen one. */
  readonly spare?: boolean
  cell(candidate: CandidateResult): string
}

function table(result: RunResult, width: number, paint: Painter): readonly string[] {
  const columns = fitting(result, width)
  const widths = columns.map((column) => columnWidth(column, result))
  widths[0] = Math.min(widths[0] ?? 0, Math.max(10, width - rowWidth(widths.slice(1)) - gap))
  const pad = (cell: string, i: number): string => {
    const to = widths[i] ?? 0
    return columns[i]?.left ? clip(cell, to).padEnd(to) : cell.padStart(to)
  }
  const line = (cells: readonly string[]): string =>
    cells.map(pad).join(' '.repeat(gap)).slice(0, width).trimEnd()
  const rows = orderedCandidates(result).map((candidate) =>
    columns.map((column) => column.cell(candidate)),
  )
  return [
    paint.dim(line(columns.map((column) => column.head))),
    ...rows.map((row) => (row[0]?.startsWith('> ') ? paint.bold(line(row)) : line(row))),
  ]
}

const gap = 2
/** Room that a name needs to be told from its neighbours. */
const nameWidth = 22

const columnWidth = ({ head, cell }: Column, { candidates }: RunResult): number =>
  Math.max(head.length, ...candidates.map((candidate) => cell(candidate).length))

const rowWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + gap, -gap)

/** Without the columns that can be missed where the names would be cut otherwise. */
function fitting(result: RunResult, width: number): readonly Column[] {
  const columns = columnsOf(result)
  const [name = 0, ...others] = columns.map((column) => columnWidth(column, result))
  const whole = Math.min(name, nameWidth) + gap + rowWidth(others)
  return whole <= width ? columns : columns.filter((column) => !column.spare)
}

function columnsOf(result: RunResult): readonly Column[] {
  const { chosen } = result.decision
  const all: readonly Column[] = [
    {
      head: 'candidate',
      left: true,
      cell: (c) => `${c.id === chosen ? '> ' : '  '}${plainText(c.id, 60)}`,
    },
    {
      head: 'verdict',
      left: true,
      cell: (c) => (c.role === 'incumbent' ? 'incumbent' : c.verdict),
    },
    { head: 'n', cell: (c) => grouped(c.n) },
    {
      head: result.task.metric === 'accuracy' ? 'accuracy' : 'quality',
      cell: (c) => (c.quality.kind === 'known' ? percent(c.quality.value) : '-'),
    },
    { head: 'loss', cell: (c) => (c.loss ? points(c.loss.expected) : '-') },
    { head: 'at most', cell: (c) => (c.loss ? points(c.loss.upper) : '-') },
    {
      head: 'P(over)',
      spare: true,
      cell: (c) => (c.loss ? chance(c.loss.pOverCorrected) : '-'),
    },
    costColumn(result),
  ]
  return result.incumbent === null ? all : [...all, { head: 'saves', cell: ratio }]
}

/** The cost that the order is by; CPU time where it is by what has no figure per answer. */
function costColumn({ decision }: RunResult): Column {
  switch (decision.order.by) {
    case 'energy':
      return { head: 'energy', cell: (c) => orDash(value(c.cost.energyPerItem)) }
    case 'price':
      return { head: 'price', cell: (c) => orDash(value(c.cost.pricePerItem)) }
    case 'latency':
      return { head: 'latency', cell: (c) => orDash(value(c.cost.latencyP50)) }
    default:
      return { head: 'CPU time', cell: (c) => orDash(value(c.cost.cpuPerItem)) }
  }
}

const orDash = (text: string): string => (text === 'unknown' ? '-' : text)

function ratio(candidate: CandidateResult): string {
  const { ratioResolved } = candidate.cost
  if (candidate.role === 'incumbent') return '1x'
  return ratioResolved.kind === 'known' ? `${significant(ratioResolved.value, 2)}x` : '-'
}

/** How the table is to be read, what the benchmark has cost: each sentence on its own lines. */
function footer(result: RunResult, width: number): readonly string[] {
  return [orderLine(result), ...tableLines(result, width), costLine(result)]
    .map((text) => plainText(text))
    .flatMap((text) => wrap(text, width))
}

const orderLine = ({ decision }: RunResult): string =>
  `Order: ${decision.order.word} (${decision.order.why}).`

function tableLines(result: RunResult, width: number): readonly string[] {
  const { incumbent, risk, decision, bar } = result
  const level = percent(1 - risk.alpha, 0)
  const against = incumbent === null ? 'the floor' : incumbent
  const limit = bar.kind === 'relative' ? 'your margin' : '0'
  const over = fitting(result, width).some((column) => column.spare)
    ? `; P(over): chance that the loss exceeds ${limit}`
    : ''
  const saves =
    incumbent === null
      ? 'No incumbent named, saving not stated.'
      : `saves: ${savingOf(result)} of ${incumbent} over its own, per resolved task.`
  return [
    `loss: expected points lost against ${against}; at most: with ${level} confidence, over ${lookedWords(decision.looked)}${over}.`,
    saves,
  ]
}

function costLine(result: RunResult): string {
  const { overhead, task } = result
  const pays = overhead.payBackCalls
  const payBack =
    pays.kind === 'known' ? ` Paid back after ${value(pays)} answers.` : ' Pay-back not known.'
  const look = task.look > 1 ? ` Look ${task.look} at this data.` : ''
  const score = scoreLine(result)
  return `Finding out took ${grouped(overhead.calls)} calls (${grouped(overhead.reused)} answers from the store), ${significant(overhead.cpuS)} CPU-s.${payBack}${look}${score === '' ? '' : ` ${score}.`}`
}

/** Cut in the middle: names of one family often differ at their ends only. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text
  const tail = Math.floor((length - 1) / 2)
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`
}
