import type { CandidateResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import type { Estimate, Unit } from '../../unit/estimate.ts'
import { chance } from '../kit/chance.ts'
import { type ForestRow, forestSvg } from '../kit/chart/forest.ts'
import { namedPoints, type ParetoPoint, paretoSvg } from '../kit/chart/pareto.ts'
import { escapeHtml } from '../kit/escape.ts'
import { figure, times } from '../kit/figure.ts'
import { grouped, percent, points, prefixed, significant } from '../kit/number.ts'
import { figureHtml, tableHtml } from '../kit/table.ts'

/** Cheapest first as the result lists them, the incumbent last. */
export function orderedCandidates(result: RunResult): readonly CandidateResult[] {
  const cost = (one: CandidateResult): number => {
    const known = costAxis(one, result).estimate
    return known.kind === 'known' ? known.value : Number.POSITIVE_INFINITY
  }
  const others = result.candidates.filter((one) => one.role !== 'incumbent')
  const own = result.candidates.filter((one) => one.role === 'incumbent')
  return [...[...others].sort((a, b) => cost(a) - cost(b)), ...own]
}

interface CostAxis {
  readonly estimate: Estimate<Unit>
  readonly name: string
  readonly text: (value: number) => string
}

/** The cost that the plots use: what the decision was ordered by, where that is energy, CPU time, price or latency. */
export function costAxis(one: CandidateResult, { decision }: RunResult): CostAxis {
  const { cost } = one
  const joules = (v: number): string => prefixed(v, 'J', 2)
  const seconds = (v: number): string => prefixed(v, 's', 2)
  switch (decision.order.by) {
    case 'energy':
      return { estimate: cost.energyPerItem, name: 'energy per answer', text: joules }
    case 'price':
      return {
        estimate: cost.pricePerItem,
        name: 'price per answer',
        text: (v) => significant(v, 2),
      }
    case 'latency':
      return { estimate: cost.latencyP50, name: 'median latency', text: seconds }
    default:
      return {
        estimate: cost.cpuPerItem,
        name: 'CPU time per answer (energy proxy)',
        text: seconds,
      }
  }
}

/** Quality against cost, and the losses with their bounds. */
export function plotsSection(result: RunResult): string {
  const pareto = paretoFigure(result)
  const forest = forestFigure(result)
  if (pareto === '' && forest === '') return ''
  return `<section aria-labelledby="plots"><h2 id="plots">Quality against cost</h2>${pareto}${forest}</section>`
}

function paretoFigure(result: RunResult): string {
  const judged = orderedCandidates(result).filter((one) => one.quality.kind === 'known')
  const first = judged[0]
  if (!first) return ''
  const { name, text } = costAxis(first, result)
  const points_ = judged.map((one): ParetoPoint => {
    const cost = costAxis(one, result).estimate
    const quality = one.quality as Extract<Estimate<'share'>, { kind: 'known' }>
    return {
      id: one.id,
      role: roleOf(one, result),
      cost: cost.kind === 'known' && cost.value > 0 ? cost : null,
      quality,
    }
  })
  const svg = paretoSvg({
    points: points_,
    bar: barOf(result),
    costName: name,
    qualityName: result.task.metric,
    costText: text,
    qualityText: (v) => percent(v, 0),
  })
  const placed = points_.filter((point) => point.cost)
  const unplaced = points_.filter((point) => !point.cost)
  const beside =
    unplaced.length === 0
      ? ''
      : `<p class="soft">Cost not known, so not in the plot: ${unplaced.map((point) => `${escapeHtml(point.id)} (${percent(point.quality.value)})`).join(', ')}.</p>`
  if (svg === '') return beside
  return figureHtml(
    'Plot of quality against cost',
    svg,
    'Lines are intervals. Up and to the left is better.',
    `${numberKey(placed)}${beside}`,
  )
}

/** Which number of the plot is which candidate, where there are too many for names. */
function numberKey(placed: readonly ParetoPoint[]): string {
  if (placed.length <= namedPoints) return ''
  const names = placed.map((point, i) => `${i + 1} ${escapeHtml(point.id, 80)}`)
  return `<p class="soft key">${names.join(' · ')}</p>`
}

function roleOf(one: CandidateResult, { decision }: RunResult): ParetoPoint['role'] {
  if (one.role === 'incumbent') return 'incumbent'
  if (one.id === decision.chosen) return 'chosen'
  return one.verdict === 'meets' ? 'meets' : 'other'
}

function barOf({ bar, candidates, incumbent }: RunResult) {
  if (bar.kind === 'absolute') return { quality: bar.floor, text: `floor ${percent(bar.floor, 0)}` }
  const own = candidates.find((one) => one.id === incumbent)?.quality
  if (own?.kind !== 'known') return null
  return { quality: own.value - bar.margin, text: `incumbent minus ${pointsWord(bar.margin)}` }
}

function forestFigure(result: RunResult): string {
  const { bar } = result
  const rows = orderedCandidates(result).flatMap((one): ForestRow[] => {
    if (!one.loss) return []
    const role = roleOf(one, result)
    return [
      {
        id: one.id,
        role: role === 'incumbent' ? 'other' : role,
        expected: one.loss.expected * 100,
        upper: one.loss.upper * 100,
      },
    ]
  })
  const limit = bar.kind === 'relative' ? bar.margin * 100 : 0
  const against = bar.kind === 'relative' ? `against ${result.incumbent}` : 'below the floor'
  const svg = forestSvg({
    rows,
    limit,
    limitText:
      bar.kind === 'relative' ? `your ${significant(limit, 2)}-point margin` : 'your floor',
    axisName: `loss ${against}, points (left is better)`,
  })
  if (svg === '') return ''
  const level = percent(1 - result.risk.alpha, 0)
  return figureHtml(
    'Plot of losses',
    svg,
    `Dot: expected loss. End of the line: at most, ${level} over ${lookedWords(result.decision.looked)}.`,
  )
}

interface Column {
  readonly head: string
  readonly small?: string
  cell(one: CandidateResult): string
}

/** What decides, one row a candidate; everything else about each stands in the list below the table. */
export function tableSection(result: RunResult): string {
  const columns = columnsOf(result)
  const { order, looked } = result.decision
  const table = tableHtml({
    label: 'Table of candidates',
    caption: `Order: ${order.word} (${order.why}). Small print: interval.`,
    columns,
    rows: orderedCandidates(result).map((one) => ({
      cells: columns.map((column) => column.cell(one)),
      chosen: one.id === result.decision.chosen,
    })),
  })
  const against = result.incumbent === null ? 'the floor' : result.incumbent
  const notes = [
    `Loss: points of ${result.task.metric} against ${against}; "at most" holds at ${percent(1 - result.risk.alpha, 0)} over ${lookedWords(looked)}.`,
    `P(loss > ${marginWords(result)}): the chance that the loss is more than that, corrected for having looked at ${looked}.`,
    ...savesNote(result),
  ]
  return `<section aria-labelledby="candidates"><h2 id="candidates">Candidates</h2>
${table}
<p class="soft">${escapeHtml(notes.join(' '))}</p></section>`
}

/** "the one candidate looked at", "both candidates looked at", "all 12 candidates looked at". */
export function lookedWords(looked: number): string {
  if (looked === 1) return 'the one candidate looked at'
  return looked === 2 ? 'both candidates looked at' : `all ${looked} candidates looked at`
}

const pointsWord = (share: number): string => {
  const text = significant(share * 100, 2)
  return text === '1' ? '1 point' : `${text} points`
}

const marginWords = ({ bar }: RunResult): string =>
  bar.kind === 'relative' ? pointsWord(bar.margin) : '0 points'

/** What "saves" counts, in which cost, against whom. */
export function savesNote(result: RunResult): readonly string[] {
  if (result.incumbent === null) return ['No incumbent is named, so no saving is stated.']
  return [
    `Saves: how many times less ${savingOf(result)} than ${result.incumbent} per resolved task, what goes to the fallback included.`,
  ]
}

/** The cost that ratios are of. */
export function savingOf({ decision }: RunResult): string {
  if (decision.saving !== null) return decision.saving.of
  const words = {
    energy: 'energy',
    'cpu-time': 'CPU time',
    price: 'money',
    latency: 'time',
    parameters: 'CPU time',
    written: 'CPU time',
  } as const
  return words[decision.order.by]
}

function columnsOf(result: RunResult): readonly Column[] {
  const costs = costColumns(result)
  const over = `P(loss > ${marginPoints(result)})`
  return [
    { head: 'candidate', cell: nameCell },
    {
      head: 'n',
      cell: (one) =>
        grouped(one.n) +
        (one.failed > 0 ? `<small>${grouped(one.failed)}\u00a0failed</small>` : ''),
    },
    { head: result.task.metric, cell: (one) => figure(one.quality, false) },
    {
      head: 'loss',
      small: 'at\u00a0most',
      cell: (one) =>
        one.loss ? `${points(one.loss.expected)}<small>${points(one.loss.upper)}</small>` : '–',
    },
    { head: over, cell: (one) => (one.loss ? chance(one.loss.pOverCorrected) : '–') },
    ...(result.incumbent === null
      ? []
      : [
          {
            head: 'saves',
            small: savingOf(result),
            cell: (one: CandidateResult) =>
              one.role === 'incumbent' ? '–' : times(one.cost.ratioResolved),
          },
        ]),
    ...costs,
  ]
}

const marginPoints = ({ bar }: RunResult): string =>
  bar.kind === 'relative' ? significant(bar.margin * 100, 2) : '0'

/** Columns of costs that at least one candidate has. The method stands in the head where it is one for all. */
function costColumns(result: RunResult): readonly Column[] {
  const all: readonly (readonly [
    string,
    string,
    (one: CandidateResult) => Estimate<Unit> | null,
  ])[] = [
    ['CPU time', 'per answer', (one) => one.cost.cpuPerItem],
    ['energy', 'per answer', (one) => one.cost.energyPerItem],
    ['price', 'per answer', (one) => one.cost.pricePerItem],
    ['p95', 'latency', (one) => one.cost.latencyP95],
    ['memory', 'peak', (one) => one.cost.peakRss],
    ['SCI', 'per resolved task', (one) => one.cost.sci?.perResolved ?? null],
  ]
  return all.flatMap(([head, small, of]): Column[] => {
    const known = result.candidates.map(of).filter((each) => each?.kind === 'known')
    if (known.length === 0) return []
    const methods = new Set(known.map((each) => (each?.kind === 'known' ? each.method : '')))
    const same = methods.size === 1 ? `, ${[...methods][0]}` : ''
    const cell = (one: CandidateResult): string => {
      const estimate = of(one)
      return estimate === null ? '–' : figure(estimate, methods.size > 1)
    }
    return [{ head, small: `${small}${same}`, cell }]
  })
}

function nameCell(one: CandidateResult): string {
  const word = one.role === 'incumbent' ? 'incumbent' : one.verdict
  const precision = one.identity ? ` · ${escapeHtml(one.identity.precision, 40)}` : ''
  return `<span class="name">${escapeHtml(one.id, 80)}</span><small>${escapeHtml(one.runtime, 40)}${precision}</small><span class="verdict ${word}">${word}</span>`
}
