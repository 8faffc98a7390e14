import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'

/** Throws SHRINK_TASK where the original answers a row with something that is no number: nothing can be compared with it. */
export function requireFinite(logits: Float32Array, classes: number, part: string): void {
  const at = logits.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  const row = Math.floor(at / classes)
  throw new RightsizeError(
    'SHRINK_TASK',
    `the incumbent answers row ${row + 1} of the ${part} part with ${logits[at]}`,
    { next: 'A model that gives NaN or infinity cannot be compared: repair or export it again.' },
  )
}

/**
 * Throws SHRINK_TASK where the original is hardly ever right on the items that are to judge: that nothing is lost against it would say
 * nothing. `labels` are those of the model, `right` says which items it answers as they are labelled.
 */
export function requireUseful(
  items: readonly Item[],
  labels: readonly string[],
  right: Uint8Array,
): void {
  if (items.length === 0)
    throw new RightsizeError('SHRINK_TASK', 'there are no items to judge trials by', {
      next: 'Add rows to `calibration:`, or more than five to `train:`.',
    })
  const known = new Set(labels)
  const strange = [...new Set(items.map(({ expected }) => String(expected)))].filter(
    (label) => !known.has(label),
  )
  const share = right.reduce((sum, one) => sum + one, 0) / items.length
  const common = largestShare(items)
  if (share > common || (share === 1 && common === 1)) return
  const percent = (value: number) => `${+(100 * value).toFixed(1)} %`
  throw new RightsizeError(
    'SHRINK_TASK',
    `the incumbent is right on ${percent(share)} of the items that judge trials, no better than always saying the commonest label (${percent(common)})${strange.length === 0 ? '' : `; labels that it does not know: ${named(strange)}`}`,
    {
      next:
        strange.length === 0
          ? 'To be as good as that proves nothing. Check that the labels and id2label in config.json mean the same classes in the same order.'
          : `Its classes are ${named(labels)}. Write the data's names into id2label of config.json, in the order of the outputs, or correct \`expected:\`.`,
    },
  )
}

function largestShare(items: readonly Item[]): number {
  const counts = new Map<string, number>()
  for (const { expected } of items)
    counts.set(String(expected), (counts.get(String(expected)) ?? 0) + 1)
  return Math.max(...counts.values()) / items.length
}

function named(names: readonly string[]): string {
  const first = names.slice(0, 5).map((name) => `"${name}"`)
  return names.length > 5 ? `${first.join(', ')} and ${names.length - 5} more` : first.join(', ')
}
