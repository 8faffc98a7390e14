import type { RunResult } from '../spec/run-result.ts'
import { escapeHtml } from './escape.ts'

const badges = {
  certified: 'certified',
  supported: 'supported, not certified',
  undecided: 'undecided',
  none: 'the incumbent is needed',
} as const

/** The decision: headline, the two claims side by side in one size, what to do next. */
export function decisionSection({ task, decision }: RunResult): string {
  const [first, rest] = splitHeadline(decision.headline)
  const synthetic = task.synthetic ? '<span class="badge synthetic">synthetic data</span>' : ''
  return `<header>
<h1>rightsize · ${escapeHtml(task.name)}</h1>
<p><span class="badge ${decision.kind}">${badges[decision.kind]}</span>${synthetic}</p>
<p class="headline">${escapeHtml(first)}</p>
${rest === '' ? '' : `<p class="evidence">${escapeHtml(rest)}</p>`}
<div class="claims">
${claim('matches (these items)', decision.matches)}
${claim('certified (future items like these)', decision.certified)}
</div>
${nextSteps(decision.next)}
</header>`
}

/** The first sentence, and the rest. A full stop inside a number does not end a sentence. */
function splitHeadline(text: string): readonly [string, string] {
  const at = text.search(/\.\s+(?=[A-Z("])/)
  return at < 0 ? [text, ''] : [text.slice(0, at + 1), text.slice(at + 1).trim()]
}

function claim(name: string, { holds, text }: RunResult['decision']['matches']): string {
  const word = holds ? 'Yes' : 'No'
  return `<div class="claim ${holds ? 'yes' : 'no'}"><b>${word}: ${name}</b>${escapeHtml(text)}</div>`
}

function nextSteps(steps: RunResult['decision']['next']): string {
  const shown = steps.filter((step) => step.kind !== 'none')
  if (shown.length === 0) return ''
  const list = shown.map((step) => `<li>${escapeHtml(step.text)}</li>`).join('')
  return `<section class="next" aria-labelledby="next"><h2 id="next" style="margin:.2rem 0">Next</h2><ul>${list}</ul></section>`
}
