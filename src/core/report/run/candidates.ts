import type { CandidateResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import type { Estimate, Unit } from '../../unit/estimate.ts'
import { chance } from '../../unit/figure-words.ts'
import { figure, times } from '../kit/figure.ts'
import { cut, type Html, html, joined } from '../kit/markup.ts'
import { grouped, points, significant } from '../kit/number.ts'
import { note, section } from '../kit/page.ts'
import { type Column, tableHtml } from '../kit/table.ts'
import { moneyColumns, moneyLegend } from './money.ts'
import { decidingColumns, legend, orderedCandidates, savingOf } from './summary.ts'

interface CandidateColumn extends Column {
  cell(one: CandidateResult): Html | string
}

/** What decides, one row a candidate; everything else about each stands in the list below the table. */
export function candidatesSection(result: RunResult): Html | null {
  const columns = columnsOf(result)
  const { order, chosen } = result.decision
  const shown = orderedCandidates(result)
  const table = tableHtml({
    label: 'Table of candidates',
    caption: `Order: ${order.word} (${order.why}). Small print: interval.`,
    columns,
    rows: shown.map((one) => columns.map((column) => column.cell(one))),
    chosen: shown.findIndex(({ id }) => id === chosen),
  })
  return section(
    'candidates',
    'Candidates',
    table,
    moneyTable(result),
    note(
      joined(
        legend(result, overHead(result)).map((text) => cut(text, 900)),
        html` `,
      ),
    ),
  )
}

/** Tokens and money of hosted candidates, where energy does not stand for them. */
function moneyTable(result: RunResult): Html | null {
  const [name] = decidingColumns(result)
  const columns = moneyColumns(result)
  const caption = moneyLegend(result)
  if (name === undefined || caption === null) return null
  const shown = orderedCandidates(result)
  return tableHtml({
    label: 'Table of tokens and money',
    caption,
    columns: [name, ...columns],
    rows: shown.map((one) => [name, ...columns].map(({ cell }) => ({ text: cell(one) }))),
    chosen: shown.findIndex(({ id }) => id === result.decision.chosen),
  })
}

const overHead = ({ bar }: RunResult): string =>
  `P(loss > ${bar.kind === 'relative' ? significant(bar.margin * 100, 2) : '0'})`

const columnsOf = (result: RunResult): readonly CandidateColumn[] => [
  { head: 'candidate', cell: nameCell },
  { head: 'n', cell: countCell },
  { head: result.task.metric, cell: ({ quality }) => figure(quality, false) },
  {
    head: 'loss',
    small: 'at\u00a0most',
    cell: ({ loss }) =>
      loss ? html`${points(loss.expected)}<small>${points(loss.upper)}</small>` : '–',
  },
  { head: overHead(result), cell: ({ loss }) => (loss ? chance(loss.pOver) : '–') },
  ...(result.incumbent === null ? [] : [savesColumn(result)]),
  ...costColumns(result),
]

function nameCell({ id, role, verdict, runtime, identity }: CandidateResult): Html {
  const word = role === 'incumbent' ? 'incumbent' : verdict
  const precision = identity && html` · ${cut(identity.precision, 40)}`
  return html`<span class="name">${cut(id, 80)}</span><small>${cut(runtime, 40)}${precision}</small><span class="verdict ${word}">${word}</span>`
}

const countCell = ({ n, failed }: CandidateResult): Html =>
  html`${grouped(n)}${failed > 0 ? html`<small>${grouped(failed)}\u00a0failed</small>` : null}`

const savesColumn = (result: RunResult): CandidateColumn => ({
  head: 'saves',
  small: savingOf(result),
  cell: ({ role, cost }) => (role === 'incumbent' ? '–' : times(cost.ratioAccepted)),
})

const costs: readonly (readonly [
  head: string,
  small: string,
  of: (cost: CandidateResult['cost']) => Estimate<Unit> | null,
])[] = [
  ['CPU time', 'per answer', (cost) => cost.cpuPerItem],
  ['energy', 'per answer', (cost) => cost.energyPerItem],
  ['price', 'per answer', (cost) => cost.pricePerItem],
  ['p95', 'latency', (cost) => cost.latencyP95],
  ['memory', 'peak', (cost) => cost.peakRss],
  ['SCI', 'per accepted answer', (cost) => cost.sci?.perAccepted ?? null],
]

/** Columns of costs that at least one candidate has. The method stands in the head where it is one for all. */
function costColumns({ candidates }: RunResult): readonly CandidateColumn[] {
  return costs.flatMap(([head, small, of]): CandidateColumn[] => {
    const methods = new Set(
      candidates
        .map(({ cost }) => of(cost))
        .flatMap((one) => (one?.kind === 'known' ? [one.method] : [])),
    )
    if (methods.size === 0) return []
    const same = methods.size === 1 ? `, ${[...methods][0]}` : ''
    const cell = ({ cost }: CandidateResult): Html | string => {
      const estimate = of(cost)
      return estimate === null ? '–' : figure(estimate, methods.size > 1)
    }
    return [{ head, small: `${small}${same}`, cell }]
  })
}
