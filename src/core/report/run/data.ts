import type { CandidateResult } from '../../result/candidate.ts'
import type { Difference, RunResult } from '../../result/run-result.ts'
import { escapeHtml } from '../kit/escape.ts'
import { figure } from '../kit/figure.ts'
import { grouped, percent, points, significant, value } from '../kit/number.ts'
import { tableHtml } from '../kit/table.ts'

/** Quality and loss by slice, for the chosen candidate (or the nearest) and the incumbent. */
export function slicesSection(result: RunResult): string {
  const shown = result.candidates.filter((one) => one.slices.length > 0)
  const subject = shown.find((one) => one.id === result.decision.chosen) ?? shown[0]
  if (!subject) return ''
  const table = tableHtml({
    label: 'Table of slices',
    caption: `${subject.id} within each slice; loss in points.`,
    columns: [
      { head: 'slice' },
      { head: 'n' },
      { head: result.task.metric },
      { head: 'loss', small: 'expected' },
      { head: 'loss', small: 'at most' },
      { head: 'note', words: true },
    ],
    rows: subject.slices.map((slice) => ({
      cells: [
        `${escapeHtml(slice.key, 60)}: ${escapeHtml(slice.value, 80)}`,
        grouped(slice.n),
        figure(slice.quality, false),
        slice.loss === null ? '–' : points(slice.loss),
        slice.lossUpper === null ? '–' : points(slice.lossUpper),
        emphasised(slice.note),
      ],
    })),
  })
  return `<section aria-labelledby="slices"><h2 id="slices">Slices</h2>${table}</section>`
}

/** Items on which chosen and incumbent differ: the harm first. */
export function differencesSection({ differences, decision, incumbent }: RunResult): string {
  if (differences.length === 0) return ''
  const of = (winner: Difference['winner']): readonly Difference[] =>
    differences.filter((one) => one.winner === winner)
  const chosen = escapeHtml(decision.chosen ?? '', 120)
  const other = escapeHtml(incumbent ?? '', 120)
  const block = (title: string, list: readonly Difference[], open: boolean): string =>
    list.length === 0
      ? ''
      : `<details${open ? ' open' : ''}><summary>${title} (${list.length} shown)</summary>${list.map(item).join('')}</details>`
  const blocks = [
    block(`${other} right, ${chosen} wrong`, of('incumbent'), of('incumbent').length <= 12),
    block(`${chosen} right, ${other} wrong`, of('chosen'), false),
    block('Neither right, answers differ', of('neither'), false),
  ]
  return `<section aria-labelledby="differences"><h2 id="differences">Where they differ</h2>${blocks.join('')}</section>`
}

function item(one: Difference): string {
  const slices = Object.entries(one.slices).map(([key, name]) => `${key} ${name}`)
  const where = slices.length > 0 ? ` · ${escapeHtml(slices.join(', '))}` : ''
  return `<div class="item"><p>${escapeHtml(one.input)}</p><p class="soft">expected <b>${escapeHtml(one.expected)}</b> · chosen says <b class="${one.winner === 'chosen' ? 'gain' : 'harm'}">${escapeHtml(one.chosen)}</b> · incumbent says <b>${escapeHtml(one.incumbent)}</b>${where} · item ${escapeHtml(one.item, 60)}</p></div>`
}

/** What is wrong with the data, counted and with examples; label noise. */
export function warningsSection(result: RunResult): string {
  const { warnings } = result.task
  const noise = labelNoise(result)
  if (warnings.length === 0 && noise === '') return ''
  const list = warnings.map((warning) => {
    const examples = warning.examples.map((text) => `<li>${escapeHtml(text, 200)}</li>`).join('')
    return `<li>${escapeHtml(warning.text)}${examples === '' ? '' : `<details><summary>examples</summary><ul>${examples}</ul></details>`}</li>`
  })
  return `<section aria-labelledby="data"><h2 id="data">What the data show</h2>${list.length > 0 ? `<ul>${list.join('')}</ul>` : ''}${noise}</section>`
}

/** A slice that cannot be judged says so in bold; one without a bar is only reported. */
const emphasised = (note: string): string =>
  note.startsWith('too small to judge')
    ? `<b>too small to judge</b>${escapeHtml(note.slice('too small to judge'.length))}`
    : escapeHtml(note)

/** Label noise, and whether the margin lies below it: then the labels cannot tell what is asked of them. */
function labelNoise({ task, bar }: RunResult): string {
  const { labelNoise } = task
  if (labelNoise.kind !== 'known') return ''
  const { value: share, low, high } = labelNoise
  const said = `Where a text occurs more than once, about ${percent(share)} of its labels contradict the others (${percent(low)} to ${percent(high)}).`
  const below =
    bar.kind === 'relative' && bar.margin < share
      ? ` <b>Your ${significant(bar.margin * 100, 2)}-point margin is below this label noise:</b> a loss of that size may be the labels' and not the model's.`
      : ''
  return `<p>${escapeHtml(said)}${below}</p>`
}

/** The labels that the chosen candidate confuses most. */
export function confusionSection(result: RunResult): string {
  const chosen = result.candidates.find((one) => one.id === result.decision.chosen)
  const pairs = chosen?.confusion?.pairs.slice(0, 15) ?? []
  if (!chosen || pairs.length === 0) return ''
  const table = tableHtml({
    label: 'Table of confusions',
    caption: 'Most frequent wrong answers.',
    narrow: true,
    columns: [{ head: 'expected' }, { head: 'answered', words: true }, { head: 'times' }],
    rows: pairs.map(([expected, answered, n]) => ({
      cells: [escapeHtml(expected, 80), escapeHtml(answered, 80), grouped(n)],
    })),
  })
  return `<section aria-labelledby="confusion"><h2 id="confusion">What ${escapeHtml(chosen.id, 120)} confuses most</h2>${metrics(chosen)}${table}</section>`
}

function metrics({ metrics }: CandidateResult): string {
  const entries = Object.entries(metrics)
  if (entries.length === 0) return ''
  return `<p>${entries.map(([name, estimate]) => `${escapeHtml(name)} ${escapeHtml(value(estimate))}`).join(' · ')} (as observed).</p>`
}
