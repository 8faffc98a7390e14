/** One answer of a class whose name is not known to be a label, beside the label of its row. */
export interface ClassAnswer {
  readonly answered: string
  readonly expected: string
}

/** Rows that a class needs, and the share of them with one label, before its meaning counts as shown. */
const fewestRows = 5
const clearShare = 0.7

/**
 * The label that each class means, in the order of `classes`; null unless every class is clearly one label of its own.
 * Rows are labelled ones that do not judge (calibration, train).
 */
export function labelMapping(
  rows: readonly ClassAnswer[],
  classes: readonly string[],
): readonly string[] | null {
  const meant = classes.map((name) => clearLabel(rows.filter(({ answered }) => answered === name)))
  const known = meant.filter((label) => label !== null)
  const each = known.length === classes.length && new Set(known).size === known.length
  return each && known.length > 1 ? known : null
}

function clearLabel(rows: readonly ClassAnswer[]): string | null {
  const counts = new Map<string, number>()
  for (const { expected } of rows) counts.set(expected, (counts.get(expected) ?? 0) + 1)
  const [top] = [...counts].sort(([, a], [, b]) => b - a)
  if (top === undefined || rows.length < fewestRows) return null
  return top[1] >= clearShare * rows.length ? top[0] : null
}
