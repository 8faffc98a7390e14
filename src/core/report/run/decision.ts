import type { RunResult } from '../../result/run-result.ts'
import { cut, type Html, html } from '../kit/markup.ts'
import { boxed, note } from '../kit/page.ts'
import { headlineOf } from './headline.ts'
import { summaryOf } from './summary.ts'

const badges = {
  certified: 'certified',
  supported: 'supported, not certified',
  undecided: 'undecided',
  none: 'nothing cheaper is good enough',
} as const

/** The decision: headline, the two claims side by side in one size, what to do next. */
export function decisionHeader(result: RunResult): Html {
  const { task, decision } = result
  const { first, rest } = headlineOf(result)
  const { claims, leftOut, health, next } = summaryOf(result)
  const synthetic = task.synthetic
    ? html`<span class="badge synthetic">synthetic data</span>`
    : null
  return html`<header>
<h1>rightsize · ${cut(task.name, 200)}</h1>
<p><span class="badge ${decision.kind}">${badges[decision.kind]}</span>${synthetic}</p>
<p class="headline">${first}</p>
${rest === '' ? null : html`<p class="evidence">${cut(rest, 1200)}</p>`}
<div class="claims">${claims.map(claimBox)}</div>
${boxed('left-out', 'Left out', leftOut)}${boxed('health', 'Answers', health)}${boxed('next', 'Next', next)}${task.description === null ? null : note(task.description)}
</header>`
}

function claimBox({ name, about, holds, text }: ReturnType<typeof summaryOf>['claims'][number]) {
  const word = holds ? 'yes' : 'no'
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${about}: ${word}`
  return html`<div class="claim ${word}"><b>${title}</b>${text}</div>`
}
