import { plainText } from '../../error/safe-text.ts'
import type { RunResult } from '../../result/run-result.ts'
import { value } from '../kit/number.ts'
import { wrap } from '../kit/wrap.ts'
import { costAxis } from './cost-axis.ts'
import { moneyColumns, moneyLegend } from './money.ts'
import {
  decidingColumns,
  legend,
  orderedCandidates,
  type SummaryColumn,
  savingColumns,
  summaryOf,
} from './summary.ts'

export interface TerminalOptions {
  readonly columns: number
  readonly color: boolean
}

/** The decision with its evidence on one screen: what `rightsize run` and `rightsize why` print. */
export function renderTerminal(result: RunResult, options: TerminalOptions): string {
  const width = Math.max(60, Math.min(options.columns, 100))
  const paint = painter(options.color)
  const { headline, claims, leftOut, data, health, next, cost } = summaryOf(result)
  const { order } = result.decision
  const columns = fitting(result, width)
  const over = columns.some(({ spare }) => spare) ? 'P(over)' : null
  const footer = [`Order: ${order.word} (${order.why}).`, ...legend(result, over), cost.join(' ')]
  const lines = (texts: readonly string[], lead = '', indent = '') =>
    texts.flatMap((text) => wrap(plainText(text, 1200), width, lead, indent)).join('\n')
  const blocks = [
    `${paint.bold(plainText(result.task.name, 80))}${result.task.synthetic ? ` ${paint.yellow('(synthetic data)')}` : ''}`,
    lines([headline]),
    claims.flatMap((claim) => claimLines(claim, width, paint)).join('\n'),
    table(result, columns, width, paint).join('\n'),
    moneyTable(result, width, paint),
    lines(footer),
    leftOut.length === 0
      ? ''
      : `Left out\n${lines(shortened(leftOut, mostLeftOut), '  - ', '    ')}`,
    data.length === 0 ? '' : `Data\n${lines(data, '  - ', '    ')}`,
    health.length === 0 ? '' : `Answers\n${lines(shortened(health, mostLeftOut), '  - ', '    ')}`,
    next.length === 0 ? '' : `Next\n${lines(next, '  - ', '    ')}`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

/** Kinds of left-out inputs that one screen lists; the report has them all. */
const mostLeftOut = 6

const shortened = (texts: readonly string[], most: number): readonly string[] =>
  texts.length <= most
    ? texts
    : [...texts.slice(0, most - 1), `${texts.length - most + 1} more are listed in the report.`]

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

function claimLines(
  { name, holds, text }: ReturnType<typeof summaryOf>['claims'][number],
  width: number,
  paint: Painter,
): readonly string[] {
  const mark = holds ? paint.green('yes') : paint.yellow('no ')
  return wrap(plainText(text), width, `${name.padEnd(11)}${mark}  `, ' '.repeat(16), 16)
}

const gap = 2
/** Room that a name needs to be told from its neighbors. */
const nameWidth = 22

function table(
  result: RunResult,
  columns: readonly SummaryColumn[],
  width: number,
  paint: Painter,
): readonly string[] {
  const widths = columns.map((column) => columnWidth(column, result))
  widths[0] = Math.min(widths[0] ?? 0, Math.max(10, width - rowWidth(widths.slice(1)) - gap))
  const shown = orderedCandidates(result)
  const names = apart(
    shown.map((one) => columns[0]?.cell(one) ?? ''),
    widths[0] ?? 0,
  )
  const pad = (cell: string, i: number): string => {
    const to = widths[i] ?? 0
    return columns[i]?.words ? clip(cell, to).padEnd(to) : cell.padStart(to)
  }
  const line = (cells: readonly string[]): string =>
    cells.map(pad).join(' '.repeat(gap)).slice(0, width).trimEnd()
  const rows = shown.map((one, at) => {
    const cells = columns.map((column, i) => (i === 0 ? (names[at] ?? '') : column.cell(one)))
    return one.id === result.decision.chosen ? paint.bold(line(cells)) : line(cells)
  })
  return [paint.dim(line(columns.map(({ head }) => head))), ...rows]
}

/** What hosted candidates cost, below the table that decides: beside it there is no room. */
function moneyTable(result: RunResult, width: number, paint: Painter): string {
  const [name] = columnsOf(result)
  const columns = moneyColumns(result)
  const legend = moneyLegend(result)
  if (name === undefined || legend === null) return ''
  return [
    ...table(result, [name, ...columns], width, paint),
    ...wrap(plainText(legend, 600), width),
  ].join('\n')
}

const columnWidth = ({ head, cell }: SummaryColumn, { candidates }: RunResult): number =>
  Math.max(head.length, ...candidates.map((one) => cell(one).length))

const rowWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + gap, -gap)

/** Without the columns that can be missed where the names would be cut otherwise. */
function fitting(result: RunResult, width: number): readonly SummaryColumn[] {
  const columns = columnsOf(result)
  const [name = 0, ...others] = columns.map((column) => columnWidth(column, result))
  const whole = Math.min(name, nameWidth) + gap + rowWidth(others)
  return whole <= width ? columns : columns.filter(({ spare }) => !spare)
}

/** The columns that decide, the cost by which the order goes, and the saving; the chosen one is marked. */
function columnsOf(result: RunResult): readonly SummaryColumn[] {
  const { chosen } = result.decision
  const [first] = result.candidates
  return [
    ...decidingColumns(result).map((column): SummaryColumn => {
      if (column.head === 'candidate')
        return { ...column, cell: ({ id }) => `${id === chosen ? '> ' : '  '}${plainText(id, 60)}` }
      return column.head.length > longestHead ? { ...column, head: 'quality' } : column
    }),
    {
      head: first ? costAxis(first, result).short : 'cost',
      cell: (one) => value(costAxis(one, result).estimate).replace('unknown', '–'),
    },
    ...savingColumns(result),
  ]
}

/** A metric with a longer name is called quality: it would take the room of figures. */
const longestHead = 9

const markWidth = 2

/**
 * Names as long as the column allows: where one is longer, what all of the long ones begin with goes first, then their
 * middle; two that would read the same get the numbers of their rows.
 */
function apart(cells: readonly string[], width: number): readonly string[] {
  const long = cells.filter((cell) => cell.length > width).map((cell) => cell.slice(markWidth))
  const shared = long.length < 2 ? 0 : commonStart(long)
  const cut = cells.map((cell) =>
    cell.length <= width || shared < 2
      ? clip(cell, width)
      : clip(`${cell.slice(0, markWidth)}…${cell.slice(markWidth + shared)}`, width),
  )
  return cut.map((cell, at) => {
    const twin = cut.some(
      (other, i) => i !== at && other.slice(markWidth) === cell.slice(markWidth),
    )
    return twin ? `${cell.slice(0, width - 1 - String(at + 1).length)}#${at + 1}` : cell
  })
}

/** Characters that all begin with, up to the last mark between words. */
function commonStart(names: readonly string[]): number {
  const [first = '', ...rest] = names
  let same = 0
  while (same < first.length && rest.every((name) => name[same] === first[same])) same += 1
  return first.slice(0, same).search(/[^\p{L}\p{N}][\p{L}\p{N}]*$/u) + 1
}

/** Cut in the middle: names of one family often differ at their ends only. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text
  const tail = Math.floor((length - 1) / 2)
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`
}
