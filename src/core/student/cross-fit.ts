import { RightsizeError } from '../error/error.ts'
import type { LabelledRow } from './example.ts'
import { indexLabels } from './label-set.ts'
import { stratifiedFolds } from './row-split.ts'

/** Every row's answer from a model that never saw it. */
export interface CrossFitted<Answer> {
  /** In the order of the rows. */
  readonly answers: readonly Answer[]
  /** Fold 0..k-1 of each row. */
  readonly folds: Int32Array
  /** Rows whose label no other fold holds: the model that answered could not know it. */
  readonly unseen: readonly number[]
}

/**
 * Lets the same rows teach and judge without leaking: k models, each trained on the other folds, answer their own
 * fold (cross-fitting: Chernozhukov et al., The Econometrics Journal 21, 2018). Rows with equal text (or equal
 * `group`) share a fold, so a duplicate never teaches its twin's judge. The score estimates a model trained on
 * (k - 1) / k of the rows, slightly less than the one trained on all. Throws STUDENT_INPUT for k out of 2..rows.
 */
export function crossFit<Row extends LabelledRow & { readonly text?: string }, Answer>(
  rows: readonly Row[],
  k: number,
  train: (learn: readonly Row[], fold: number) => (row: Row) => Answer,
  options: { readonly seed?: number; readonly group?: (row: Row, index: number) => string } = {},
): CrossFitted<Answer> {
  const { indices } = indexLabels(rows)
  if (!Number.isInteger(k) || k < 2 || k > rows.length) {
    const what = `${k} folds of ${rows.length} rows cannot be made`
    throw new RightsizeError('STUDENT_INPUT', what)
  }
  const group = options.group ?? ((row: Row, index: number) => row.text ?? String(index))
  const folds = groupedFolds(rows.map(group), indices, k, options.seed ?? 1)
  const answers: Answer[] = new Array(rows.length)
  const unseen: number[] = []
  for (let fold = 0; fold < k; fold++) {
    const learn = rows.filter((_, i) => folds[i] !== fold)
    if (learn.length === rows.length) continue
    const known = new Set(learn.map((row) => row.label))
    const answer = train(learn, fold)
    rows.forEach((row, i) => {
      if (folds[i] !== fold) return
      answers[i] = answer(row)
      if (!known.has(row.label)) unseen.push(i)
    })
  }
  return { answers, folds, unseen: unseen.sort((a, b) => a - b) }
}

/** Folds are dealt to the first row of each group; the others follow it. */
function groupedFolds(
  groups: readonly string[],
  indices: Int32Array,
  k: number,
  seed: number,
): Int32Array {
  const first = new Map<string, number>()
  groups.forEach((group, row) => {
    if (!first.has(group)) first.set(group, row)
  })
  const leaders = Int32Array.from(first.values())
  const dealt = stratifiedFolds(
    leaders.map((row) => indices[row] as number),
    k,
    seed,
  )
  const foldOf = new Map([...first.keys()].map((group, i) => [group, dealt[i] as number]))
  return Int32Array.from(groups, (group) => foldOf.get(group) ?? 0)
}
