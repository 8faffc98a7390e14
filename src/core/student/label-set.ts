import { RightsizeError } from '../error/error.ts'
import type { LabelledRow } from './example.ts'
import { bestOf } from './runtime-answer.ts'

/** The labels of the rows, sorted by UTF-16 units, so that the order never depends on the rows' order. */
export function labelsOf(rows: readonly { readonly label: string }[]): string[] {
  return [...new Set(rows.map((row) => row.label))].sort()
}

/** Sorted labels and each row's index into them. Throws STUDENT_NO_ROWS and STUDENT_ONE_CLASS. */
export function indexLabels(
  rows: readonly LabelledRow[],
  given?: readonly string[],
): { readonly labels: readonly string[]; readonly indices: Int32Array } {
  if (rows.length === 0)
    throw new RightsizeError('STUDENT_NO_ROWS', 'there are no rows to train on')
  const labels = given ?? labelsOf(rows)
  if (labels.length < 2) {
    throw new RightsizeError(
      'STUDENT_ONE_CLASS',
      `all ${rows.length} rows have the label "${labels[0]}"`,
    )
  }
  const position = new Map(labels.map((label, index) => [label, index]))
  const indices = Int32Array.from(rows, (row, i) => {
    const index = row.soft === undefined ? position.get(row.label) : bestOf(row.soft)
    if (index !== undefined && index < labels.length) return index
    throw new RightsizeError(
      'STUDENT_INPUT',
      `row ${i} has the label "${row.label}", which is not in the given labels`,
    )
  })
  return { labels, indices }
}

/** How many rows have no text. */
export const emptyTexts = (rows: readonly { readonly text: string }[]): number =>
  rows.filter(({ text }) => text.trim() === '').length

/** Labels that occur in `other` but not in `train`: no student can ever answer them. Sorted, with counts. */
export function labelsMissingIn(
  train: readonly { readonly label: string }[],
  other: readonly { readonly label: string }[],
): { readonly label: string; readonly rows: number }[] {
  const known = new Set(train.map((row) => row.label))
  const missing = new Map<string, number>()
  for (const { label } of other) {
    if (!known.has(label)) missing.set(label, (missing.get(label) ?? 0) + 1)
  }
  return [...missing].sort().map(([label, rows]) => ({ label, rows }))
}

/** rows x classes: one-hot rows, or the teacher's probabilities normalised to sum 1. */
export function targetsOf(
  rows: readonly LabelledRow[],
  indices: Int32Array,
  classes: number,
): Float32Array {
  const targets = new Float32Array(rows.length * classes)
  rows.forEach((row, i) => {
    if (row.soft === undefined) targets[i * classes + (indices[i] as number)] = 1
    else writeSoft(targets, i, classes, row.soft)
  })
  return targets
}

function writeSoft(
  targets: Float32Array,
  row: number,
  classes: number,
  soft: ArrayLike<number>,
): void {
  let sum = 0
  for (let k = 0; k < soft.length; k++) sum += soft[k] as number
  if (soft.length !== classes || !(sum > 0) || !Number.isFinite(sum)) {
    throw new RightsizeError(
      'STUDENT_INPUT',
      `row ${row} has ${soft.length} teacher probabilities with sum ${sum}; ${classes} with a positive sum are needed`,
    )
  }
  for (let k = 0; k < classes; k++) targets[row * classes + k] = (soft[k] as number) / sum
}
