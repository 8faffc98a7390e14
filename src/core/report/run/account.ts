import type { Account, SciComparison } from '../../result/account.ts'
import type { RunResult } from '../../result/run-result.ts'
import type { GridFactor } from '../../result/usage.ts'
import { chance } from '../kit/chance.ts'
import { type IntervalRow, intervalBarsSvg } from '../kit/chart/interval-bars.ts'
import { tornadoSvg } from '../kit/chart/tornado.ts'
import { waterfallSvg } from '../kit/chart/waterfall.ts'
import { escapeHtml } from '../kit/escape.ts'
import { figure } from '../kit/figure.ts'
import { grams, prefixed, value } from '../kit/number.ts'
import { figureHtml, tableHtml } from '../kit/table.ts'
import { basisPart } from './account-basis.ts'
import { costPart, deploymentPart, payBackPart } from './account-money.ts'
import { sidesPart } from './account-sides.ts'

/** The account: from energy to SCI, Consumer and Provider apart, what it costs, when it pays back, what it rests on. */
export function accountSection(result: RunResult): string {
  const { account } = result
  if (account === null) return scoresOnly(result)
  const parts = [
    waterfallPart(account),
    scoresPart(account, result),
    comparisonPart(account),
    tornadoPart(account, result),
    sidesPart(account, result),
    deploymentPart(account),
    payBackPart(account),
    costPart(account),
    basisPart(account),
  ]
  return `${open}<p>${escapeHtml(gridSentence(account.grid))} ${escapeHtml(account.consumer.rationale)}</p>${notes(account)}${parts.join('\n')}</section>`
}

function gridSentence({ intensity, name, period, kind, mix, scope, source }: GridFactor): string {
  const [value, low, high] = [intensity.value, intensity.low, intensity.high].map(Math.round)
  return `${name} ${period}: ${value} gCO2e/kWh (${low} to ${high}; ${kind}, ${mix}, ${scope}). Source: ${source}.`
}

const open =
  '<section aria-labelledby="account"><h2 id="account">Carbon: SCI = (E × I + M) per R</h2>'

function notes({ notes }: Account): string {
  if (notes.length === 0) return ''
  return `<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`
}

function waterfallPart({ waterfall }: Account): string {
  if (waterfall === null)
    return '<p class="soft">No waterfall: the chosen candidate has no score, or nothing was chosen.</p>'
  const svg = waterfallSvg({
    steps: waterfall.steps.map(({ name, grams }) => ({ name, value: grams })),
    total: waterfall.total,
    totalName: 'SCI per resolved task',
    text: (v) => grams(v, 2),
  })
  const name = escapeHtml(waterfall.candidate)
  return `<h3>From energy to SCI: ${name}</h3>${figureHtml('Waterfall from energy to SCI', svg, 'Each bar starts where the one before ends; the last is their sum.')}`
}

function scoresPart(account: Account, result: RunResult): string {
  const { rows } = account.consumer
  const shown = rows.flatMap(({ id, sci: { perResolved } }): IntervalRow[] =>
    perResolved.kind === 'known' ? [{ id, role: roleOf(id, result), ...perResolved }] : [],
  )
  const without = rows.filter(({ sci: { perResolved } }) => perResolved.kind !== 'known')
  const beside =
    without.length === 0
      ? ''
      : `<p class="soft">No score: ${without.map(({ id, sci: { perResolved } }) => `${escapeHtml(id)} (${escapeHtml(reason(perResolved))})`).join('; ')}.</p>`
  const svg = intervalBarsSvg({
    rows: shown.toSorted((a, b) => a.value - b.value),
    axisName: 'SCI per resolved task, CO2e (log scale, less to the left)',
    text: (v) => prefixed(v, 'g', 2),
  })
  const caption =
    'Lines are 90 % intervals. They share grid, power model and hardware, so two candidates may differ clearly where their lines overlap: see the comparison.'
  return `<h3>SCI of each candidate</h3>${figureHtml('SCI of each candidate with its interval', svg, caption, beside)}`
}

const reason = (estimate: {
  readonly kind: string
  readonly why?: string
  readonly reason?: string
}) => estimate.why ?? estimate.reason ?? estimate.kind

function roleOf(id: string, { decision, candidates, incumbent }: RunResult): IntervalRow['role'] {
  if (id === incumbent) return 'incumbent'
  if (id === decision.chosen) return 'chosen'
  return candidates.find((one) => one.id === id)?.verdict === 'meets' ? 'meets' : 'other'
}

function comparisonPart({ comparisons }: Account): string {
  if (comparisons.length === 0) return ''
  const list = comparisons.map((one) => {
    const pair = `<b>${escapeHtml(one.a)}</b> against <b>${escapeHtml(one.b)}</b>`
    return one.kind === 'refused'
      ? `<li>${pair}: not compared. ${escapeHtml(one.why)}</li>`
      : `<li>${pair}: ${comparisonWords[one.verdict]} (chance that it emits less: ${chance(one.pLess)})</li>`
  })
  return `<p>Per resolved task, with what both share drawn once; a verdict needs a chance of 95 %.</p><ul>${list.join('')}</ul>`
}

const comparisonWords: Readonly<Record<SciComparison['verdict'], string>> = {
  better: 'emits less',
  worse: 'emits more',
  'cannot tell': 'cannot tell yet which emits less',
}

function tornadoPart(account: Account, result: RunResult): string {
  const rows = account.measureNext.slice(0, 8)
  if (rows.length === 0) return ''
  const { base, axisName } = tornadoBase(account, result)
  const svg = tornadoSvg({ rows, base, axisName, text: (v) => prefixed(v, 'g', 2) })
  const hidden = account.measureNext.length - rows.length
  const more =
    hidden > 0 ? ` Not shown: ${hidden} that ${hidden === 1 ? 'moves' : 'move'} it less.` : ''
  return `<h3>What would change this most</h3>${figureHtml('What would change the score most', svg, `One factor at a time at its low (grey) and high (green) end. Measuring the topmost narrows the answer most.${more}`)}`
}

/** The tornado is of the saving where chosen and incumbent were compared, else of the chosen one's score. */
function tornadoBase({ comparisons, consumer, waterfall }: Account, { decision }: RunResult) {
  const compared = comparisons.find(({ a, kind }) => a === decision.chosen && kind === 'compared')
  if (!compared) return { base: waterfall?.total ?? null, axisName: 'SCI per resolved task, CO2e' }
  const score = (id: string): number | null => {
    const own = consumer.rows.find((row) => row.id === id)?.sci.perResolved
    return own?.kind === 'known' ? own.value : null
  }
  const [a, b] = [score(compared.a), score(compared.b)]
  return {
    base: a === null || b === null ? null : b - a,
    axisName: `${compared.b} minus ${compared.a}, per resolved task, CO2e (above 0: a saving)`,
  }
}

/** Scores without an account: results of an importer, or of an older version. */
function scoresOnly(result: RunResult): string {
  const shown = result.candidates.flatMap(({ id, cost: { sci } }) => (sci ? [{ id, sci }] : []))
  if (shown.length === 0) return ''
  const table = tableHtml({
    label: 'Table of SCI',
    caption:
      'Consumer side, per functional unit. A resolved task is an accepted answer, or the fallback for one that is not.',
    columns: [
      { head: 'candidate' },
      { head: 'resolved task' },
      { head: 'accepted answer' },
      { head: 'inference' },
      { head: 'operational', small: 'per inference' },
      { head: 'embodied', small: 'per inference' },
    ],
    rows: shown.map(({ id, sci }) => ({
      chosen: id === result.decision.chosen,
      cells: [
        escapeHtml(id),
        figure(sci.perResolved),
        figure(sci.perAccepted),
        figure(sci.perInference),
        figure(sci.operational),
        figure(sci.embodied),
      ],
    })),
  })
  return `${open}<p>${escapeHtml(shown[0]?.sci.grid ?? '')}</p>${table}</section>`
}

/** One line about the chosen one's score for the shorter forms of the report; empty where there is none. */
export function scoreLine(result: RunResult): string {
  const row = result.account?.consumer.rows.find(({ id }) => id === result.decision.chosen)
  return row?.sci.perResolved.kind === 'known'
    ? `SCI of ${row.id}: ${value(row.sci.perResolved)} per resolved task`
    : ''
}
