import type { RunResult } from '../../result/run-result.ts'
import { escapeHtml } from '../kit/escape.ts'
import { claimText, headlineOf } from './headline.ts'

const badges = {
  certified: 'certified',
  supported: 'supported, not certified',
  undecided: 'undecided',
  none: 'nothing cheaper is good enough',
} as const

/** The decision: headline, the two claims side by side in one size, what to do next. */
export function decisionSection(result: RunResult): string {
  const { task, decision } = result
  const { first, rest } = headlineOf(result)
  const synthetic = task.synthetic ? '<span class="badge synthetic">synthetic data</span>' : ''
  const about =
    task.description === null ? '' : `<p class="soft">${escapeHtml(task.description)}</p>`
  return `<header>
<h1>rightsize · ${escapeHtml(task.name, 200)}</h1>
<p><span class="badge ${decision.kind}">${badges[decision.kind]}</span>${synthetic}</p>
<p class="headline">${escapeHtml(first)}</p>
${rest === '' ? '' : `<p class="evidence">${escapeHtml(rest, 1200)}</p>`}
<div class="claims">
${claim('Matches: these items', decision.matches)}
${claim('Certified: future items like these', decision.certified)}
</div>
${nextSteps(decision.next)}${about}
</header>`
}

function claim(name: string, scope: RunResult['decision']['matches']): string {
  const { holds } = scope
  return `<div class="claim ${holds ? 'yes' : 'no'}"><b>${name}: ${holds ? 'yes' : 'no'}</b>${escapeHtml(claimText(scope))}</div>`
}

function nextSteps(steps: RunResult['decision']['next']): string {
  const shown = steps.filter((step) => step.kind !== 'none')
  if (shown.length === 0) return ''
  const list = shown.map((step) => `<li>${escapeHtml(step.text)}</li>`).join('')
  return `<section class="next" aria-labelledby="next"><h2 id="next">Next</h2><ul>${list}</ul></section>`
}
