import { levelOf } from '../../result/claim-text.ts'
import type {
  Compression,
  Finalist,
  MeasuredCost,
  PathStep,
  RuntimeSetting,
  Trial,
} from '../../result/compression.ts'
import { bytes, grouped, percent, points, significant } from '../kit/number.ts'
import type { Cell, Table } from '../kit/table.ts'
import { sliceStanding, verdictText } from './claim.ts'
import {
  atMost,
  counted,
  factorRange,
  factorText,
  lossText,
  milliseconds,
  secondsText,
  sizeWords,
} from './figures.ts'

const cell = (text: string, small = ''): Cell => (small === '' ? { text } : { text, small })
const blank: Cell = { text: '–' }

/** Waterfall in figures: every model on the way, against the incumbent. */
export function pathTable({ path, incumbent }: Compression): Table {
  const items = path[0]?.items ?? 0
  return {
    label: 'Every model on the way',
    caption: `Each model on the way, measured against the incumbent. Accuracy and loss: measured on the ${grouped(items)} items of the search, 95 % intervals; they steered the search and support no claim. CPU time: measured at batch 1, alternating with the incumbent, 95 % intervals, in shorter rounds than the result itself.`,
    columns: ['step', 'size', 'CPU time', 'accuracy', 'loss'],
    rows: path.map((step, at) => pathRow(step, at, incumbent.bytes)),
    chosen: path.length - 1,
  }
}

function pathRow(step: PathStep, at: number, incumbentBytes: number): readonly Cell[] {
  const { loss, cost } = step
  const name = at === 0 ? cell('incumbent') : cell(`${at}. ${step.pass}`, step.text)
  return [
    name,
    cell(bytes(step.bytes), at === 0 ? '' : sizeWords(incumbentBytes, step.bytes)),
    at === 0 ? cell('1x') : costCell(cost),
    cell(percent(step.accuracy)),
    at === 0
      ? blank
      : cell(lossText(loss.value), `${points(loss.low, 2)} to ${points(loss.high, 2)}`),
  ]
}

const costCell = (cost: MeasuredCost | null | undefined): Cell =>
  cost ? cell(factorText(cost), factorRange(cost)) : cell('not measured')

/** What was tried and is not in the result, with the factor that it showed. Probes first: they say what a pass alone does here. */
export function gaveNothingTable(found: Compression, path: readonly Trial[]): Table {
  const order = ['probed', 'refused', 'failed', 'kept']
  const rows = found.trials
    .filter((trial) => !path.includes(trial))
    .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || a.number - b.number)
  return {
    label: 'Tried and not in the result',
    caption:
      'What was tried and is not in the result. Size and CPU time are measured against the model that it was tried on; loss is against the incumbent, on the items of the search that were looked at. Where CPU time was not measured, the prediction is shown.',
    columns: [
      { head: 'what', words: true },
      'size',
      'CPU time',
      'loss',
      { head: 'outcome', words: true },
      'cost of trying',
    ],
    rows: rows.map(trialRow),
  }
}

function trialRow(trial: Trial): readonly Cell[] {
  const { number, step, text, bytes: size, gate } = trial
  const failed = trial.verdict === 'failed'
  return [
    cell(`${number}. ${step.pass}`, text),
    failed ? blank : cell(bytes(size.after), sizeWords(size.before, size.after)),
    trialCost(trial),
    gate === null
      ? blank
      : cell(lossText(gate.loss), `at most ${atMost(gate.upper95)}, ${grouped(gate.seen)} items`),
    cell(outcomeOf(trial), trial.reason),
    cell(`${significant(trial.cpuS)} CPU-s`, trial.resumed ? 'in an earlier run' : ''),
  ]
}

/** A trial that was kept without being shown to hold is undecided until the hold-out. */
const outcomeOf = ({ verdict, gate }: Trial): string =>
  verdict === 'kept' && gate?.kind === 'undecided'
    ? 'undecided, not in the result'
    : verdictWords[verdict]

const verdictWords = {
  probed: 'probed, not taken',
  refused: 'refused',
  failed: 'failed',
  kept: 'kept, but not in the result',
} as const

function trialCost({ cost, predicted, verdict }: Trial): Cell {
  if (cost) return costCell(cost)
  if (verdict === 'failed') return blank
  const share = predicted.cpuShare
  return cell('not measured', share === 0 ? '' : `predicted ${percent(share, 0)} less`)
}

export const notApplicableTable = ({ notApplicable }: Compression): Table => ({
  label: 'What does not apply',
  caption: 'Passes that have nothing to offer for this model, and why.',
  columns: ['pass', { head: 'why', words: true }],
  rows: notApplicable.map(({ pass, why }) => [cell(pass), cell(why)]),
})

export const finalistTable = ({ finalists, result, risk }: Compression): Table => ({
  label: 'Shown to the hold-out',
  caption: `Models on the hold-out, items that the search never saw, measured: the most promising first, until one is not certified. In that order each may be wrong as often as one alone. The bound is for future items like these; the significance level of ${significant(100 * risk.alpha)} % is shared by all looks at the same items.`,
  columns: [
    { head: 'model', words: true },
    'size',
    'loss',
    'at most',
    'level',
    'items',
    { head: 'verdict', words: true },
  ],
  rows: finalists.map(finalistRow),
  chosen: finalists.findIndex(({ model }) => model === result?.model),
})

function finalistRow({ model, bytes: size, text, claim, verdict }: Finalist): readonly Cell[] {
  const name = [cell(text === '' ? model.slice(0, 8) : text, model.slice(0, 8)), cell(bytes(size))]
  if (claim === null) return [...name, blank, blank, blank, blank, cell('not shown')]
  const { expected, upper, n, win, lose } = claim
  return [
    ...name,
    cell(lossText(expected), `${grouped(lose ?? 0)} worse, ${grouped(win ?? 0)} better`),
    cell(atMost(upper)),
    cell(levelOf(claim)),
    cell(grouped(n)),
    cell(verdictText(verdict)),
  ]
}

export const costTable = ({ cost }: Compression): Table => ({
  label: 'CPU time of result and incumbent',
  caption:
    'CPU time per item of result and incumbent: measured in alternating rounds, one thread without spinning, 95 % intervals of the factor.',
  columns: ['items in a run', 'incumbent', 'result', 'factor', 'rounds'],
  rows: cost.map((each) => [
    cell(grouped(each.batch)),
    cell(secondsText(each.incumbentCpuS)),
    cell(secondsText(each.cpuS)),
    cell(factorText(each), factorRange(each)),
    cell(grouped(each.rounds)),
  ]),
})

export const sliceTable = ({ slices }: Compression): Table => ({
  label: 'Slices',
  caption:
    'Loss by slice on the items of the search, and the loss that a slice may have. Single figures without interval: small slices swing by chance; a model is left out only where a slice is beyond its limit beyond doubt.',
  columns: ['slice', 'items', 'loss', 'limit', { head: 'note', words: true }],
  rows: slices.map((one) => [
    cell(one.slice),
    cell(grouped(one.items)),
    cell(lossText(one.loss)),
    cell(lossText(one.floor)),
    cell(sliceNotes[sliceStanding(one)]),
  ]),
})

const sliceNotes = {
  over: 'over its limit, not beyond doubt',
  near: 'near its limit',
  within: 'within',
} as const

/** What is measured of the runtime; `chosen` is the row of the result's settings. */
export const runtimeTable = ({ runtime }: Compression, chosen: RuntimeSetting | null): Table => ({
  label: 'Settings of the runtime',
  caption:
    'Settings of the runtime, measured. CPU time is per item and counts threads that wait; wall times are of one run.',
  columns: ['model and setting', 'items in a run', 'pause', 'CPU time', 'median', 'p95', 'runs'],
  rows: runtime.map(runtimeRow),
  chosen: chosen === null ? -1 : runtime.indexOf(chosen),
})

const runtimeRow = (row: RuntimeSetting): readonly Cell[] => [
  cell(
    `${row.of}, ${counted(row.threads, 'thread')}`,
    `${row.spinning ? 'waiting threads spin' : 'no spinning'}${row.buckets ? ', texts of like length together' : ''}`,
  ),
  cell(grouped(row.batch)),
  cell(row.gapMs === 0 ? 'none' : milliseconds(row.gapMs)),
  cell(secondsText(row.cpuS)),
  cell(milliseconds(row.p50Ms)),
  cell(milliseconds(row.p95Ms)),
  cell(grouped(row.runs)),
]

export const profileTable = ({ profile }: Compression): Table => ({
  label: 'Where the incumbent spends its time',
  caption:
    "Share of the incumbent's CPU time by kind of operator: measured by the engine's profiler without fusions, so shares differ from those of the fused graph.",
  columns: ['operator', 'nodes', 'share of CPU time'],
  rows: profile.map(({ opType, nodes, share }) => [
    cell(opType),
    cell(grouped(nodes)),
    cell(percent(share)),
  ]),
})
