import { counted, percent } from '../../unit/figure-words.ts'
import type { Evidence, HeardCandidate } from './evidence.ts'
import { haveSeveralLabels } from './majority.ts'

/** Items of other labels of which none is right before a candidate with a stray other answer counts as one class too. */
const fewestOthers = 8
/** Answers that it takes to say "always". */
const fewestAnswers = 20

/**
 * one-class: a candidate answers one label, whatever it is asked.
 *
 * What it finds: a candidate all of whose answers are one label although the items have several; or one that, but for a
 * stray answer, is right on none of at least 8 items of all other labels. On data of 98 % one label such a candidate
 * loses 2 points and would pass a margin of 5.
 * Error rate: exact counts. A candidate right on half of the rarer items has none of 8 in 0.4 % of data sets.
 * When it misleads: where the other labels do not matter; then a rule without a model does the job.
 */
export function oneClass(evidence: Evidence) {
  if (evidence.closed === null || !haveSeveralLabels(evidence)) return []
  return evidence.candidates
    .filter((one) => one.id !== evidence.incumbent?.id)
    .flatMap((one) => {
      const label = onlyLabel(one, evidence)
      if (label === null) return []
      const share = evidence.items.filter(({ expected }) => String(expected) === label).length
      const why = `${one.id} always answers ${label}, which is right for ${percent(share / evidence.items.length)} of the items: it is right on none of the ${counted(evidence.items.length - share)} others.`
      const next = `Leave ${one.id} out or mend it; to judge candidates by the rarer labels too, use \`scorer: balanced-accuracy\` or \`macro-f1\`, or a slice with a floor.`
      return [{ code: 'one-class', candidate: one.id, at: 'undecided' as const, why, next }]
    })
}

/** The one label that the candidate answers; null where it answers several and is right on them. */
function onlyLabel({ read, scores }: HeardCandidate, { items }: Evidence): string | null {
  const counts = new Map<string, number>()
  for (const label of read) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1)
  const [top] = [...counts].sort(([, a], [, b]) => b - a)
  const answered = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (top === undefined || answered < fewestAnswers) return null
  const [label, count] = top
  let judged = 0
  for (const [at, score] of scores.entries()) {
    if (score === null || String(items[at]?.expected) === label) continue
    if (score > 0) return null
    judged += 1
  }
  if (judged === 0) return null
  return count === answered || (judged >= fewestOthers && count >= 0.9 * answered) ? label : null
}
