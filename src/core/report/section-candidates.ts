import type { CandidateResult, RunResult } from '../spec/run-result.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'
import { type ForestRow, forestSvg } from './chart/forest.ts'
import { type ParetoPoint, paretoSvg } from './chart/pareto.ts'
import { escapeHtml } from './escape.ts'
import { grouped, interval, percent, points, prefixed, significant, value } from './number.ts'

/** Cheapest first as the result lists them, the incumbent last. */
export function orderedCandidates(result: RunResult): readonly CandidateResult[] {
  const cost = (one: CandidateResult): number => {
    const known = costOf(one, result).estimate
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
export function costOf(one: CandidateResult, { decision }: RunResult): CostAxis {
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
  const { name, text } = costOf(first, result)
  const points_ = judged.map((one): ParetoPoint => {
    const cost = costOf(one, result).estimate
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
  const unplaced = points_.filter((point) => !point.cost)
  const beside =
    unplaced.length === 0
      ? ''
      : `<p class="soft">Cost not known, so not in the plot: ${unplaced.map((point) => `${escapeHtml(point.id)} (${percent(point.quality.value)})`).join(', ')}.</p>`
  if (svg === '') return beside
  return `<figure><div class="scroll" tabindex="0" role="region" aria-label="Plot of quality against cost">${svg}</div><figcaption>Lines are intervals. Up and to the left is better.</figcaption>${beside}</figure>`
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
  return { quality: own.value - bar.margin, text: `incumbent minus ${points(bar.margin)} points` }
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
  return `<figure><div class="scroll" tabindex="0" role="region" aria-label="Plot of losses">${svg}</div><figcaption>Dot: expected loss. End of the line: at most, ${level} over all ${result.decision.looked} candidates looked at.</figcaption></figure>`
}

interface Column {
  readonly head: string
  readonly small?: string
  readonly text?: boolean
  cell(one: CandidateResult): string
}

export function tableSection(result: RunResult): string {
  const columns = columnsOf(result)
  const head = columns
    .map(
      (column) =>
        `<th scope="col"${column.text ? ' class="text"' : ''}>${column.head}${column.small ? `<small>${column.small}</small>` : ''}</th>`,
    )
    .join('')
  const rows = orderedCandidates(result)
    .map((one) => {
      const cells = columns.map(
        (column) => `<td${column.text ? ' class="text"' : ''}>${column.cell(one)}</td>`,
      )
      return `<tr${one.id === result.decision.chosen ? ' class="chosen"' : ''}>${cells.join('')}</tr>`
    })
    .join('')
  const { order } = result.decision
  return `<section aria-labelledby="candidates"><h2 id="candidates">Candidates</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Table of candidates"><table><caption>In order of cost: ${escapeHtml(order.word)} (${escapeHtml(order.why)}). Small print: interval, and how it was had.</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>
<p class="soft">Loss is in points against ${result.incumbent === null ? 'the floor' : escapeHtml(result.incumbent)}; "chance over" is the chance that it exceeds your margin, corrected for having looked at ${result.decision.looked}. "Saves" counts what goes to the fallback: it is per resolved task.</p></section>`
}

function columnsOf(result: RunResult): readonly Column[] {
  const any = (of: (one: CandidateResult) => Estimate<Unit>): boolean =>
    result.candidates.some((one) => of(one).kind === 'known')
  const optional = (show: boolean, column: Column): readonly Column[] => (show ? [column] : [])
  return [
    {
      head: 'candidate',
      cell: (one) =>
        `${escapeHtml(one.id)}<small>${escapeHtml(one.runtime)}${one.identity ? ` · ${escapeHtml(one.identity.precision)}` : ''}</small>`,
    },
    { head: 'verdict', cell: verdictCell },
    {
      head: 'n',
      cell: (one) => grouped(one.n) + (one.failed > 0 ? `<small>${one.failed} failed</small>` : ''),
    },
    { head: escapeHtml(result.task.metric), cell: (one) => figure(one.quality) },
    {
      head: 'loss',
      small: 'expected',
      cell: (one) => (one.loss ? points(one.loss.expected) : '–'),
    },
    {
      head: 'at most',
      small: percent(1 - result.risk.alpha, 0),
      cell: (one) => (one.loss ? points(one.loss.upper) : '–'),
    },
    {
      head: 'chance over',
      cell: (one) => (one.loss ? chance(one.loss.pOverMarginCorrected) : '–'),
    },
    {
      head: 'saves',
      small: 'per resolved task',
      cell: (one) => (one.role === 'incumbent' ? '–' : times(one.cost.ratioResolved)),
    },
    ...optional(
      any((one) => one.cost.cpuPerItem),
      { head: 'CPU time', small: 'per answer', cell: (one) => figure(one.cost.cpuPerItem) },
    ),
    ...optional(
      any((one) => one.cost.energyPerItem),
      { head: 'energy', small: 'per answer', cell: (one) => figure(one.cost.energyPerItem) },
    ),
    ...optional(
      any((one) => one.cost.pricePerItem),
      { head: 'price', small: 'per answer', cell: (one) => figure(one.cost.pricePerItem) },
    ),
    { head: 'p95', small: 'latency', cell: (one) => figure(one.cost.latencyP95) },
    { head: 'memory', small: 'peak', cell: (one) => figure(one.cost.peakRss) },
    ...optional(
      result.candidates.some((one) => one.identity?.parameters),
      {
        head: 'parameters',
        cell: (one) => (one.identity?.parameters ? count(one.identity.parameters) : '–'),
      },
    ),
    ...optional(
      result.candidates.some((one) => one.cost.sci !== null),
      {
        head: 'SCI',
        small: 'g per resolved task',
        cell: (one) => (one.cost.sci ? figure(one.cost.sci.perResolved) : '–'),
      },
    ),
  ]
}

const verdictCell = (one: CandidateResult): string =>
  one.role === 'incumbent' ? 'incumbent' : one.verdict

/** Value with its interval and method in small print; unknown with its reason behind it. */
function figure(estimate: Estimate<Unit>): string {
  if (estimate.kind === 'known') {
    const range = estimate.low === estimate.high ? '' : `${escapeHtml(interval(estimate))}, `
    return `${escapeHtml(value(estimate))}<small>${range}${estimate.method}</small>`
  }
  const why = estimate.kind === 'unknown' ? estimate.why : estimate.reason
  return `<span class="soft" title="${escapeHtml(why)}">${estimate.kind}</span>`
}

function times(estimate: Estimate<'ratio'>): string {
  if (estimate.kind !== 'known') return figure(estimate)
  const { low, high } = estimate
  return `${significant(estimate.value, 2)}x<small>${significant(low, 2)} to ${significant(high, 2)}, ${estimate.method}</small>`
}

const chance = (p: number): string => (p < 0.01 ? 'under 1 %' : percent(p, 0))

const count = (n: number): string =>
  n >= 1e6 ? `${significant(n / 1e6)} M` : n >= 1e3 ? `${significant(n / 1e3)} k` : String(n)

/** What lost and why, in words; broken candidates with their reason. */
export function lostSection(result: RunResult): string {
  const lost = orderedCandidates(result).filter(
    (one) => one.role !== 'incumbent' && one.id !== result.decision.chosen,
  )
  if (lost.length === 0) return ''
  const list = lost
    .map((one) => `<li><b>${escapeHtml(one.id)}</b>: ${escapeHtml(one.why)}</li>`)
    .join('')
  return `<section aria-labelledby="lost"><h2 id="lost">What was not chosen, and why</h2><ul>${list}</ul></section>`
}
