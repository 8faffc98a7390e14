import type { Account, SciComparison } from '../../result/account.ts'
import type { RunResult } from '../../result/run-result.ts'
import type { GridFactor } from '../../result/usage.ts'
import type { Estimate } from '../../unit/estimate.ts'
import { chance } from '../../unit/figure-words.ts'
import { type IntervalRow, intervalBarsSvg } from '../kit/chart/interval-bars.ts'
import { tornadoSvg } from '../kit/chart/tornado.ts'
import { waterfallSvg } from '../kit/chart/waterfall.ts'
import { figureHtml } from '../kit/figure.ts'
import { type Html, html, joined } from '../kit/markup.ts'
import { grams, prefixed, valueWithInterval } from '../kit/number.ts'
import { bullets, note, section } from '../kit/page.ts'
import { basisPart } from './account-basis.ts'
import { costPart, deploymentPart, payBackPart } from './account-money.ts'
import { sciTable, sidesPart } from './account-sides.ts'

/** The account: from energy to SCI, Consumer and Provider apart, what it costs, when it pays back, what it rests on. */
export function accountSection(result: RunResult): Html | null {
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
  return section(
    'account',
    title,
    html`<p>${gridSentence(account.grid)} ${account.consumer.rationale}</p>`,
    notes(account),
    joined(parts, html`\n`),
  )
}

const title = 'Carbon: SCI = (E × I + M) per R'

function gridSentence({ intensity, name, period, kind, mix, scope, source }: GridFactor): string {
  const [value, low, high] = [intensity.value, intensity.low, intensity.high].map(Math.round)
  return `${name} ${period}: ${value} gCO2e/kWh (${low} to ${high}; ${kind}, ${mix}, ${scope}). Source: ${source}.`
}

function notes({ notes }: Account): Html | null {
  if (notes.length === 0) return null
  return html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`
}

function waterfallPart({ waterfall }: Account): Html {
  if (waterfall === null)
    return note('No waterfall: the chosen candidate has no score, or nothing was chosen.')
  const svg = waterfallSvg({
    steps: waterfall.steps.map(({ name, grams }) => ({ name, value: grams })),
    total: waterfall.total,
    totalName: 'SCI per accepted answer',
    text: (v) => grams(v, 2),
  })
  return html`<h3>From energy to SCI: ${waterfall.candidate}</h3>${figureHtml('Waterfall from energy to SCI', svg, 'Each bar starts where the one before ends; the last is their sum.')}`
}

function scoresPart({ consumer: { rows } }: Account, result: RunResult): Html {
  const shown = rows.flatMap(({ id, sci: { perAccepted } }): IntervalRow[] =>
    perAccepted.kind === 'known' ? [{ id, role: roleOf(id, result), ...perAccepted }] : [],
  )
  const without = rows.flatMap(({ id, sci: { perAccepted } }) =>
    perAccepted.kind === 'known' ? [] : [`${id} (${reason(perAccepted)})`],
  )
  const svg = intervalBarsSvg({
    rows: shown.toSorted((a, b) => a.value - b.value),
    axisName: 'SCI per accepted answer, CO2e (log scale, less to the left)',
    text: (v) => prefixed(v, 'g', 2),
  })
  const caption =
    'Lines are 90 % intervals. They share grid, power model and hardware, so two candidates may differ clearly where their lines overlap: see the comparison.'
  const beside = without.length === 0 ? null : note(html`No score: ${joined(without, html`; `)}.`)
  return html`<h3>SCI of each candidate</h3>${figureHtml('SCI of each candidate with its interval', svg, caption, beside)}`
}

const reason = (estimate: Exclude<Estimate<'gPerR'>, { kind: 'known' }>): string =>
  estimate.kind === 'unknown' ? estimate.why : estimate.reason

function roleOf(id: string, { decision, candidates, incumbent }: RunResult): IntervalRow['role'] {
  if (id === incumbent) return 'incumbent'
  if (id === decision.chosen) return 'chosen'
  return candidates.find((one) => one.id === id)?.verdict === 'meets' ? 'meets' : 'other'
}

function comparisonPart({ comparisons }: Account): Html | null {
  const list = bullets(
    comparisons.map((one) => {
      const pair = html`<b>${one.a}</b> against <b>${one.b}</b>`
      return one.kind === 'refused'
        ? html`${pair}: not compared. ${one.why}`
        : html`${pair}: ${comparisonWords[one.verdict]} (chance that it emits less: ${chance(one.pLess)})`
    }),
  )
  return (
    list &&
    html`<p>Per accepted answer, with what both share drawn once; a verdict needs a chance of 95 %.</p>${list}`
  )
}

const comparisonWords: Readonly<Record<SciComparison['verdict'], string>> = {
  better: 'emits less',
  worse: 'emits more',
  'cannot tell': 'cannot tell yet which emits less',
}

function tornadoPart(account: Account, result: RunResult): Html | null {
  const rows = account.measureNext.slice(0, 8)
  if (rows.length === 0) return null
  const { base, axisName } = tornadoBase(account, result)
  const svg = tornadoSvg({ rows, base, axisName, text: (v) => prefixed(v, 'g', 2) })
  const hidden = account.measureNext.length - rows.length
  const more =
    hidden > 0 ? ` Not shown: ${hidden} that ${hidden === 1 ? 'moves' : 'move'} it less.` : ''
  return html`<h3>What would change this most</h3>${figureHtml('What would change the score most', svg, `One factor at a time at its low (grey) and high (green) end. Measuring the topmost narrows the answer most.${more}`)}`
}

/** The tornado is of the saving where chosen and incumbent were compared, else of the chosen one's score. */
function tornadoBase({ comparisons, consumer, waterfall }: Account, { decision }: RunResult) {
  const compared = comparisons.find(({ a, kind }) => a === decision.chosen && kind === 'compared')
  if (!compared)
    return { base: waterfall?.total ?? null, axisName: 'SCI per accepted answer, CO2e' }
  const score = (id: string): number | null => {
    const own = consumer.rows.find((row) => row.id === id)?.sci.perAccepted
    return own?.kind === 'known' ? own.value : null
  }
  const [a, b] = [score(compared.a), score(compared.b)]
  return {
    base: a === null || b === null ? null : b - a,
    axisName: `${compared.b} minus ${compared.a}, per accepted answer, CO2e (above 0: a saving)`,
  }
}

/** Scores without an account: results of an importer. */
function scoresOnly({ candidates, decision }: RunResult): Html | null {
  const shown = candidates.flatMap(({ id, cost: { sci } }) => (sci ? [{ id, sci }] : []))
  const table = sciTable(shown, decision.chosen)
  return table && section('account', title, html`<p>${shown[0]?.sci.grid ?? ''}</p>`, table)
}

/** One line about the chosen one's score for the shorter forms of the report; null where there is none. */
export function scoreLine({ account, decision }: RunResult): string | null {
  const row = account?.consumer.rows.find(({ id }) => id === decision.chosen)
  const score = row?.sci.perAccepted
  return row !== undefined && score?.kind === 'known'
    ? `SCI of ${row.id}: ${valueWithInterval(score)} per accepted answer`
    : null
}
