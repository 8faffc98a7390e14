import type { CandidateResult, Difference, RunResult } from '../spec/run-result.ts'
import { escapeHtml } from './escape.ts'
import { grouped, percent, points, value } from './number.ts'

/** Quality and loss by slice, for the chosen candidate (or the nearest) and the incumbent. */
export function slicesSection(result: RunResult): string {
  const shown = result.candidates.filter((one) => one.slices.length > 0)
  const subject = shown.find((one) => one.id === result.decision.chosen) ?? shown[0]
  if (!subject) return ''
  const rows = subject.slices
    .map((slice) => {
      const note = slice.judged
        ? escapeHtml(slice.note)
        : `<b>too small to judge</b> ${escapeHtml(slice.note)}`
      const loss = slice.loss === null ? '–' : points(slice.loss)
      const upper = slice.lossUpper === null ? '–' : points(slice.lossUpper)
      return `<tr><td>${escapeHtml(slice.key)}: ${escapeHtml(slice.value, 80)}</td><td>${grouped(slice.n)}</td><td>${escapeHtml(value(slice.quality))}</td><td>${loss}</td><td>${upper}</td><td class="text">${note}</td></tr>`
    })
    .join('')
  return `<section aria-labelledby="slices"><h2 id="slices">Slices</h2><div class="scroll" tabindex="0" role="region" aria-label="Table of slices"><table><caption>${escapeHtml(subject.id)} within each slice; loss in points.</caption><thead><tr><th scope="col">slice</th><th scope="col">n</th><th scope="col">${escapeHtml(result.task.metric)}</th><th scope="col">loss</th><th scope="col">at most</th><th scope="col" class="text">note</th></tr></thead><tbody>${rows}</tbody></table></div></section>`
}

/** Items on which chosen and incumbent differ: the harm first. */
export function differencesSection({ differences, decision, incumbent }: RunResult): string {
  if (differences.length === 0) return ''
  const harm = differences.filter((one) => one.winner === 'incumbent')
  const gain = differences.filter((one) => one.winner === 'chosen')
  const chosen = escapeHtml(decision.chosen ?? '')
  const block = (title: string, list: readonly Difference[], open: boolean): string =>
    list.length === 0
      ? ''
      : `<details${open ? ' open' : ''}><summary>${title} (${list.length} shown)</summary>${list.map(item).join('')}</details>`
  return `<section aria-labelledby="differences"><h2 id="differences">Where they differ</h2>${block(`${escapeHtml(incumbent ?? '')} right, ${chosen} wrong`, harm, harm.length <= 12)}${block(`${chosen} right, ${escapeHtml(incumbent ?? '')} wrong`, gain, false)}</section>`
}

function item(one: Difference): string {
  const slices = Object.entries(one.slices).map(([key, name]) => `${key} ${name}`)
  return `<div class="item"><p>${escapeHtml(one.input)}</p><p class="soft">expected <b>${escapeHtml(one.expected)}</b> · chosen says <b class="${one.winner === 'chosen' ? 'gain' : 'harm'}">${escapeHtml(one.chosen)}</b> · incumbent says <b>${escapeHtml(one.incumbent)}</b>${slices.length > 0 ? ` · ${escapeHtml(slices.join(', '))}` : ''} · item ${escapeHtml(one.item, 60)}</p></div>`
}

/** What is wrong with the data, counted and with examples; label noise. */
export function warningsSection({ task }: RunResult): string {
  if (task.warnings.length === 0) return ''
  const list = task.warnings
    .map((warning) => {
      const examples = warning.examples.map((text) => `<li>${escapeHtml(text, 200)}</li>`).join('')
      return `<li>${escapeHtml(warning.text)}${examples === '' ? '' : `<details><summary>examples</summary><ul>${examples}</ul></details>`}</li>`
    })
    .join('')
  const noise =
    task.labelNoise.kind === 'known'
      ? `<p>Labels of equal or nearly equal items contradict each other on about ${percent(task.labelNoise.value)} of items.</p>`
      : ''
  return `<section aria-labelledby="data"><h2 id="data">What the data show</h2><ul>${list}</ul>${noise}</section>`
}

/** The labels that the chosen candidate confuses most. */
export function confusionSection(result: RunResult): string {
  const chosen = result.candidates.find((one) => one.id === result.decision.chosen)
  const pairs = chosen?.confusion?.pairs.slice(0, 15) ?? []
  if (!chosen || pairs.length === 0) return ''
  const rows = pairs
    .map(
      ([expected, answered, n]) =>
        `<tr><td>${escapeHtml(expected, 80)}</td><td>${escapeHtml(answered, 80)}</td><td>${grouped(n)}</td></tr>`,
    )
    .join('')
  return `<section aria-labelledby="confusion"><h2 id="confusion">What ${escapeHtml(chosen.id)} confuses most</h2>${metrics(chosen)}<div class="scroll" tabindex="0" role="region" aria-label="Table of confusions"><table><caption>Most frequent wrong answers.</caption><thead><tr><th scope="col">expected</th><th scope="col">answered</th><th scope="col">times</th></tr></thead><tbody>${rows}</tbody></table></div></section>`
}

function metrics({ metrics }: CandidateResult): string {
  const entries = Object.entries(metrics)
  if (entries.length === 0) return ''
  return `<p>${entries.map(([name, estimate]) => `${escapeHtml(name)} ${escapeHtml(value(estimate))}`).join(' · ')} (as observed).</p>`
}
