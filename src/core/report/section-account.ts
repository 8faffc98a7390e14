import type { RunResult } from '../spec/run-result.ts'
import { escapeHtml } from './escape.ts'
import { valueWithInterval } from './number.ts'

/** SCI of the chosen candidate and the incumbent, per functional unit. */
export function accountSection(result: RunResult): string {
  const shown = result.candidates.filter(
    (one) => one.cost.sci && (one.id === result.decision.chosen || one.role === 'incumbent'),
  )
  if (shown.length === 0) return ''
  const rows = shown
    .map(({ id, cost: { sci } }) => {
      if (!sci) return ''
      const cells = [
        sci.perResolved,
        sci.perAccepted,
        sci.perInference,
        sci.operational,
        sci.embodied,
      ]
      return `<tr><td>${escapeHtml(id)}</td>${cells.map((one) => `<td class="text">${escapeHtml(valueWithInterval(one))}</td>`).join('')}</tr>`
    })
    .join('')
  const grid = shown[0]?.cost.sci?.grid ?? ''
  return `<section aria-labelledby="account"><h2 id="account">Carbon: SCI = (E x I + M) per R</h2><p>${escapeHtml(grid)}</p><div class="scroll" tabindex="0" role="region" aria-label="Table of SCI"><table><caption>Consumer side, per functional unit. A resolved task is an accepted answer, or the fallback for one that is not.</caption><thead><tr><th scope="col">candidate</th><th scope="col" class="text">per resolved task</th><th scope="col" class="text">per accepted answer</th><th scope="col" class="text">per inference</th><th scope="col" class="text">operational</th><th scope="col" class="text">embodied</th></tr></thead><tbody>${rows}</tbody></table></div></section>`
}
