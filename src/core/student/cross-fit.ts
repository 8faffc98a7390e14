import { RightsizeError } from '../error/error.ts'
import type { LabelledText } from './example.ts'
import { indexLabels } from './label-set.ts'
import { stratifiedFolds } from './row-split.ts'

/** A row of a group: rows that belong together, such as those of one conversation. */
export interface GroupedText extends LabelledText {
  readonly group?: string | null
}

/**
 * The fold 0..k-1 of each row, so that the same rows may teach and judge without leaking: a model trained on the other folds answers a fold
 * (cross-fitting: Chernozhukov et al., The Econometrics Journal 21, 2018). Rows of equal text or of one group share a fold, so that neither a duplicate
 * nor a turn of the same conversation teaches its twin's judge. Such scores estimate a model trained on (k - 1) / k of the rows, slightly less than the one trained on all.
 * Throws STUDENT_INPUT for k out of 2..rows, and where all rows belong together.
 */
export function crossFolds(rows: readonly GroupedText[], k: number, seed = 1): Int32Array {
  const { indices } = indexLabels(rows)
  if (!Number.isInteger(k) || k < 2 || k > rows.length)
    throw new RightsizeError('STUDENT_INPUT', `${rows.length} rows cannot be dealt to ${k} folds`)
  const leaders = leadersOf(rows)
  const first = [...new Set(leaders)]
  if (first.length < 2)
    throw new RightsizeError(
      'STUDENT_INPUT',
      'all rows belong together, so none can judge a model that was trained on others',
    )
  // Folds are dealt to the first row of each group; the others follow it.
  const dealt = stratifiedFolds(
    Int32Array.from(first, (row) => indices[row] as number),
    k,
    seed,
  )
  const foldOf = new Map(first.map((row, at) => [row, dealt[at] as number]))
  return Int32Array.from(leaders, (row) => foldOf.get(row) ?? 0)
}

/** The first row with which each row belongs together, by its text or its group, over however many others. */
function leadersOf(rows: readonly GroupedText[]): readonly number[] {
  const parent = rows.map((_, row) => row)
  const find = (row: number): number => {
    let root = row
    while (parent[root] !== root) root = parent[root] as number
    parent[row] = root
    return root
  }
  const firsts = new Map<string, number>()
  for (const [row, { text, group }] of rows.entries())
    for (const key of [`text ${text}`, ...(group == null ? [] : [`group ${group}`])]) {
      const [one, other] = [find(firsts.get(key) ?? row), find(row)]
      parent[Math.max(one, other)] = Math.min(one, other)
      if (!firsts.has(key)) firsts.set(key, row)
    }
  return rows.map((_, row) => find(row))
}
