import { counted } from '../../unit/figure-words.ts'
import { blocks, type Evidence } from './evidence.ts'
import { haveSeveralLabels, majorityOf } from './majority.ts'

/** Items that it takes before one label is more than chance. */
const fewestItems = 20

/**
 * one-label: all items have one and the same label.
 *
 * What it finds: labels that are compared exactly, of which there is only one. An answer that never changes would then be
 * right everywhere, so neither a high nor an equal quality shows that a candidate does the task.
 * Error rate: exact counts.
 * When it misleads: where only one kind of item matters (every alarm must be found); what the others get is then open.
 */
export function oneLabel(evidence: Evidence) {
  const { items, exact } = evidence
  if (!exact || items.length < fewestItems || haveSeveralLabels(evidence)) return []
  if (items.some(({ expected }) => expected === null || typeof expected === 'object')) return []
  const { label, count } = majorityOf(evidence)
  const why = `All ${counted(count)} items have the label ${label.slice(0, 80)}: an answer that never changes would be right everywhere, so these items cannot show that a candidate tells labels apart.`
  return [blocks('one-label', why, 'Add items with other labels.')]
}
