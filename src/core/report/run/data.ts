import type { CandidateResult } from '../../result/candidate.ts'
import type { Difference, RunResult } from '../../result/run-result.ts'
import { figure } from '../kit/figure.ts'
import { cut, type Html, html, joined } from '../kit/markup.ts'
import { grouped, percent, points, significant, value } from '../kit/number.ts'
import { bullets, folded, section } from '../kit/page.ts'
import { tableHtml } from '../kit/table.ts'

/** Quality and loss by slice, for the chosen candidate (or the first that has any). */
export function slicesSection({ candidates, decision, task }: RunResult): Html | null {
  const shown = candidates.filter((one) => one.slices.length > 0)
  const subject = shown.find((one) => one.id === decision.chosen) ?? shown[0]
  if (subject === undefined) return null
  const table = tableHtml({
    label: 'Table of slices',
    caption: `${subject.id} within each slice; loss in points.`,
    columns: [
      'slice',
      'n',
      task.metric,
      { head: 'loss', small: 'expected' },
      { head: 'loss', small: 'at most' },
      { head: 'note', words: true },
    ],
    rows: subject.slices.map((slice) => [
      html`${cut(slice.key, 60)}: ${cut(slice.value, 80)}`,
      grouped(slice.n),
      figure(slice.quality, false),
      slice.loss === null ? '–' : points(slice.loss),
      slice.lossUpper === null ? '–' : points(slice.lossUpper),
      emphasized(slice.note),
    ]),
  })
  return section('slices', 'Slices', table)
}

/** A slice that cannot be judged says so in bold; one without a bar is only reported. */
function emphasized(note: string): Html | string {
  const bold = 'too small to judge'
  return note.startsWith(bold) ? html`<b>${bold}</b>${note.slice(bold.length)}` : note
}

/** Items on which chosen and incumbent differ: the harm first. */
export function differencesSection({ differences, decision, incumbent }: RunResult): Html | null {
  const chosen = cut(decision.chosen ?? '', 120)
  const other = cut(incumbent ?? '', 120)
  const block = (title: Html, winner: Difference['winner']): Html | null => {
    const list = differences.filter((one) => one.winner === winner)
    const open = winner === 'incumbent' && list.length <= 12
    const items = list.length === 0 ? null : html`${list.map(differenceItem)}`
    return folded(html`${title} (${list.length} shown)`, items, open)
  }
  return section(
    'differences',
    'Where they differ',
    block(html`${other} right, ${chosen} wrong`, 'incumbent'),
    block(html`${chosen} right, ${other} wrong`, 'chosen'),
    block(html`Neither right, answers differ`, 'neither'),
  )
}

function differenceItem(one: Difference): Html {
  const slices = Object.entries(one.slices).map(([key, name]) => `${key} ${name}`)
  const where = slices.length > 0 ? html` · ${slices.join(', ')}` : null
  const tone = one.winner === 'chosen' ? 'gain' : 'harm'
  return html`<div class="item"><p>${one.input}</p><p class="soft">expected <b>${one.expected}</b> · chosen answers <b class="${tone}">${one.chosen}</b> · incumbent answers <b>${one.incumbent}</b>${where} · item ${cut(one.item, 60)}</p></div>`
}

/** What is wrong with the data, counted and with examples; label noise. */
export function warningsSection(result: RunResult): Html | null {
  const list = result.task.warnings.map(({ text, examples }) => {
    const shown = folded('examples', bullets(examples.map((example) => cut(example, 200))))
    return html`${text}${shown}`
  })
  return section('data', 'What the data show', bullets(list), labelNoise(result))
}

/** Label noise, and whether the margin lies below it: then the labels cannot tell what is asked of them. */
function labelNoise({ task, bar }: RunResult): Html | null {
  const { labelNoise } = task
  if (labelNoise.kind !== 'known') return null
  const { value: share, low, high } = labelNoise
  const below =
    bar.kind === 'relative' && bar.margin < share
      ? html` <b>Your ${significant(bar.margin * 100, 2)}-point margin is below this label noise:</b> a loss of that size may be the labels' and not the model's.`
      : null
  return html`<p>Where a text occurs more than once, about ${percent(share)} of its labels contradict the others (${percent(low)} to ${percent(high)}).${below}</p>`
}

/** The labels that the chosen candidate confuses most. */
export function confusionSection({ candidates, decision }: RunResult): Html | null {
  const chosen = candidates.find((one) => one.id === decision.chosen)
  const pairs = chosen?.confusion?.pairs.slice(0, 15) ?? []
  if (chosen === undefined || pairs.length === 0) return null
  const table = tableHtml({
    label: 'Table of confusions',
    caption: 'Most frequent wrong answers.',
    narrow: true,
    columns: ['expected', { head: 'answered', words: true }, 'times'],
    rows: pairs.map(([expected, answered, n]) => [
      cut(expected, 80),
      cut(answered, 80),
      grouped(n),
    ]),
  })
  return section(
    'confusion',
    html`What ${cut(chosen.id, 120)} confuses most`,
    metrics(chosen),
    table,
  )
}

function metrics({ metrics }: CandidateResult): Html | null {
  const shown = Object.entries(metrics).map(([name, one]) => html`${name} ${value(one)}`)
  return shown.length === 0 ? null : html`<p>${joined(shown, html` · `)} (as observed).</p>`
}
