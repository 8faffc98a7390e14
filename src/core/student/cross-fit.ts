import { RightsizeError } from '../error/error.ts'
import type { LabelledText } from './example.ts'
import { indexLabels } from './label-set.ts'
import { stratifiedFolds } from './row-split.ts'

/**
 * The fold 0..k-1 of each row, so that the same rows may teach and judge without leaking: a model trained on the other folds answers a fold
 * (cross-fitting: Chernozhukov et al., The Econometrics Journal 21, 2018). Rows of equal text share a fold, so a duplicate never teaches
 * its twin's judge. Such scores estimate a model trained on (k - 1) / k of the rows, slightly less than the one trained on all.
 * Throws STUDENT_INPUT for k out of 2..rows.
 */
export function crossFolds(rows: readonly LabelledText[], k: number, seed = 1): Int32Array {
  const { indices } = indexLabels(rows)
  if (!Number.isInteger(k) || k < 2 || k > rows.length)
    throw new RightsizeError('STUDENT_INPUT', `${rows.length} rows cannot be dealt to ${k} folds`)
  const first = new Map<string, number>()
  for (const [row, { text }] of rows.entries()) if (!first.has(text)) first.set(text, row)
  // Folds are dealt to the first row of each text; the others follow it.
  const leaders = Int32Array.from(first.values(), (row) => indices[row] as number)
  const dealt = stratifiedFolds(leaders, k, seed)
  const foldOf = new Map([...first.keys()].map((text, at) => [text, dealt[at] as number]))
  return Int32Array.from(rows, ({ text }) => foldOf.get(text) ?? 0)
}
