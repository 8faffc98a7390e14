import { seededRandom } from '../random/random.ts'

/** Row numbers of the two parts of a split. */
export interface RowSplit {
  readonly learn: Int32Array
  readonly judge: Int32Array
}

/**
 * Holds out `share` of every class (rounded, and never a class's last row), seeded. `judge` is empty when no
 * class has two rows.
 */
export function stratifiedSplit(classes: Int32Array, share: number, seed: number): RowSplit {
  const order = seededRandom(seed).order(classes.length)
  const sizes = new Map<number, number>()
  for (const k of classes) sizes.set(k, (sizes.get(k) ?? 0) + 1)
  const taken = new Map<number, number>()
  const learn: number[] = []
  const judge: number[] = []
  for (const row of order) {
    const k = classes[row] as number
    const size = sizes.get(k) ?? 0
    const quota = Math.min(size - 1, Math.max(1, Math.round(size * share)))
    const used = taken.get(k) ?? 0
    taken.set(k, used + 1)
    if (used < quota) judge.push(row)
    else learn.push(row)
  }
  return { learn: Int32Array.from(learn).sort(), judge: Int32Array.from(judge).sort() }
}

/** The fold 0..k-1 of each row: every class is dealt round the folds in seeded order. */
export function stratifiedFolds(classes: Int32Array, k: number, seed: number): Int32Array {
  const order = seededRandom(seed).order(classes.length)
  const next = new Map<number, number>()
  const folds = new Int32Array(classes.length)
  let start = 0
  for (const row of order) {
    const label = classes[row] as number
    const fold = next.get(label) ?? start++
    folds[row] = fold % k
    next.set(label, fold + 1)
  }
  return folds
}

/** k splits, each judging one fold and learning from the others. */
export function foldSplits(classes: Int32Array, k: number, seed: number): RowSplit[] {
  const folds = stratifiedFolds(classes, k, seed)
  const rows = Int32Array.from(classes, (_, row) => row)
  return Array.from({ length: k }, (_, fold) => ({
    learn: rows.filter((row) => folds[row] !== fold),
    judge: rows.filter((row) => folds[row] === fold),
  }))
}

/** Visits the rows in random order (Fisher and Yates), each with the number of rows still to come; returns the mean of what the visits give. */
export function visitShuffled(
  rows: Int32Array,
  random: () => number,
  visit: (row: number, left: number) => number,
): number {
  const order = Int32Array.from(rows)
  let total = 0
  for (let left = order.length - 1; left >= 0; left--) {
    const chosen = Math.floor(random() * (left + 1))
    const row = order[chosen] as number
    order[chosen] = order[left] as number
    total += visit(row, left)
  }
  return total / Math.max(1, order.length)
}
