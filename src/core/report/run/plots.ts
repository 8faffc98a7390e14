import type { CandidateResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import { type ForestRow, forestSvg } from '../kit/chart/forest.ts'
import { namedPoints, type ParetoPoint, paretoSvg } from '../kit/chart/pareto.ts'
import { figureHtml } from '../kit/figure.ts'
import { cut, type Html, html, joined } from '../kit/markup.ts'
import { percent, significant } from '../kit/number.ts'
import { note, section } from '../kit/page.ts'
import { costAxis } from './cost-axis.ts'
import { boundWords, orderedCandidates, pointsWord } from './summary.ts'

/** Quality against cost, and the losses with their bounds. */
export const plotsSection = (result: RunResult): Html | null =>
  section('plots', 'Quality against cost', paretoFigure(result), forestFigure(result))

function paretoFigure(result: RunResult): Html | null {
  const judged = orderedCandidates(result).flatMap((one): ParetoPoint[] => {
    const { estimate: cost } = costAxis(one, result)
    if (one.quality.kind !== 'known') return []
    const placed = cost.kind === 'known' && cost.value > 0 ? cost : null
    return [{ id: one.id, role: roleOf(one, result), cost: placed, quality: one.quality }]
  })
  const [first] = result.candidates
  if (first === undefined) return null
  const { name, text } = costAxis(first, result)
  const svg = paretoSvg({
    points: judged,
    bar: barOf(result),
    costName: name,
    qualityName: result.task.metric,
    costText: text,
    qualityText: (v) => percent(v, 0),
  })
  const beside = unplacedNote(judged.filter(({ cost }) => cost === null))
  if (svg === null) return beside
  const key = numberKey(judged.filter(({ cost }) => cost !== null))
  return figureHtml(
    'Plot of quality against cost',
    svg,
    'Lines are intervals. Up and to the left is better.',
    html`${key}${beside}`,
  )
}

function unplacedNote(unplaced: readonly ParetoPoint[]): Html | null {
  if (unplaced.length === 0) return null
  const names = unplaced.map(({ id, quality }) => html`${id} (${percent(quality.value)})`)
  return note(html`Unknown cost, so not in the plot: ${joined(names, html`, `)}.`)
}

/** Which number of the plot is which candidate, where there are too many for names. */
function numberKey(placed: readonly ParetoPoint[]): Html | null {
  if (placed.length <= namedPoints) return null
  const names = placed.map(({ id }, i) => html`${i + 1} ${cut(id, 80)}`)
  return html`<p class="soft key">${joined(names, html` · `)}</p>`
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

function forestFigure(result: RunResult): Html | null {
  const { bar, incumbent } = result
  const rows = orderedCandidates(result).flatMap((one): ForestRow[] => {
    if (!one.loss) return []
    const role = roleOf(one, result)
    const { expected, upper } = one.loss
    return [
      {
        id: one.id,
        role: role === 'incumbent' ? 'other' : role,
        expected: expected * 100,
        upper: upper * 100,
      },
    ]
  })
  const limit = bar.kind === 'relative' ? bar.margin * 100 : 0
  const svg = forestSvg({
    rows,
    limit,
    limitText:
      bar.kind === 'relative' ? `your ${significant(limit, 2)}-point margin` : 'your floor',
    axisName: `loss ${bar.kind === 'relative' ? `against ${incumbent}` : 'below the floor'}, points (left is better)`,
  })
  return figureHtml(
    'Plot of losses',
    svg,
    `Dot: expected loss. End of the line: at most, ${boundWords(result)}.`,
  )
}
