import { binomialTail } from '../../stats/binomial.ts'
import { counted, percent } from '../../unit/figure-words.ts'
import { blocks, type Evidence } from './evidence.ts'

/** Chance at which an incumbent that is only as good as the majority class still passes. */
const alpha = 0.05

/** Whether the items have more than one label. */
export function haveSeveralLabels({ items }: Pick<Evidence, 'items'>): boolean {
  const first = String(items[0]?.expected)
  return items.some(({ expected }) => String(expected) !== first)
}

/** The commonest label of the items, and how often it occurs. */
export function majorityOf({ items }: Pick<Evidence, 'items'>) {
  const counts = new Map<string, number>()
  for (const { expected } of items)
    counts.set(String(expected), (counts.get(String(expected)) ?? 0) + 1)
  const [top] = [...counts].sort(([, a], [, b]) => b - a)
  return { label: top?.[0] ?? '', count: top?.[1] ?? 0, labels: counts.size }
}

/**
 * majority: the incumbent is no better than always answering the commonest label.
 *
 * What it finds: under a margin, an incumbent with as many right answers as the commonest label has items, or so few
 * more that a one-sided exact sign test over the items where the two differ does not show it at 5 %. A candidate that
 * answers one class alone would then be as good.
 * Error rate: an incumbent no better than the majority passes in at most 5 %; one that is clearly better is not stopped.
 * When it misleads: where nearly all items have one label, a few items of the others cannot show that an incumbent is
 * good at them; more of those items tell.
 */
export function majority(evidence: Evidence) {
  const { incumbent, closed, relative, items } = evidence
  if (!relative || incumbent === null || closed === null) return []
  const { label, count, labels } = majorityOf(evidence)
  if (labels < 2) return []
  let better = 0
  let worse = 0
  items.forEach(({ expected }, at) => {
    const score = incumbent.scores[at]
    if (score === 1 && String(expected) !== label) better += 1
    if (score === 0 && String(expected) === label) worse += 1
  })
  if (better > worse && binomialTail(better, better + worse, 0.5) <= alpha) return []
  const shown = better > worse ? 'not shown to be better than' : 'no better than'
  const why = `The incumbent ${incumbent.id} is ${shown} always answering ${label}, which is right for ${percent(count / items.length)} of the items: it is right on ${counted(better)} items of other labels and wrong on ${counted(worse)} of ${label}.`
  const next = `Add test items of the rarer labels, or use a metric that weighs labels alike (\`scorer: balanced-accuracy\` or \`macro-f1\`).`
  return [blocks('incumbent-majority', why, next)]
}
