import type { LabelledAnswer, SetMetric } from './scorer.ts'

/** How often each label was answered with each: `count(expected, answered)`. */
export interface Confusion {
  /** Labels of the data, sorted. */
  readonly labels: readonly string[]
  /** Everything that was answered and is no label of the data counts as one column, `OTHER`. */
  readonly cells: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly total: number
}

/** Stands for an answer that is none of the labels, and for no answer. */
export const OTHER = '\u0000other'

/** Counts pairs; `weights[i]` counts item i that many times. */
export function confusion(
  answers: readonly LabelledAnswer[],
  weights?: ArrayLike<number>,
): Confusion {
  const known = new Set(answers.map(({ expected }) => expected))
  const cells = new Map<string, Map<string, number>>()
  let total = 0
  answers.forEach(({ expected, answered }, index) => {
    const weight = weights === undefined ? 1 : (weights[index] ?? 0)
    const row = cells.get(expected) ?? new Map<string, number>()
    cells.set(expected, row)
    const column = answered !== null && known.has(answered) ? answered : OTHER
    row.set(column, (row.get(column) ?? 0) + weight)
    total += weight
  })
  return { labels: [...known].sort(), cells, total }
}

export interface ClassScore {
  readonly label: string
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Items with this label. */
  readonly support: number
}

/** Precision, recall and F1 of each label of the data; 0 where the denominator is (zero_division=0 of scikit-learn). */
export function perClass(of: Confusion): readonly ClassScore[] {
  const predicted = columnSums(of)
  return of.labels.map((label) => {
    const tp = cell(of, label, label)
    const support = rowSum(of, label)
    const precision = ratio(tp, predicted.get(label) ?? 0)
    const recall = ratio(tp, support)
    return {
      label,
      precision,
      recall,
      f1: ratio(2 * tp, support + (predicted.get(label) ?? 0)),
      support,
    }
  })
}

/** Share of items answered with their label. */
export function accuracy(of: Confusion): number {
  return ratio(sum(of.labels.map((label) => cell(of, label, label))), of.total)
}

/** Mean F1 over the labels of the data: `f1_score(average='macro', labels=sorted(set(y_true)))`. */
export function macroF1(of: Confusion): number {
  return mean(
    perClass(of)
      .filter(({ support }) => support > 0)
      .map(({ f1 }) => f1),
  )
}

/** Mean recall over the labels of the data. */
export function balancedAccuracy(of: Confusion): number {
  return mean(
    perClass(of)
      .filter(({ support }) => support > 0)
      .map(({ recall }) => recall),
  )
}

/**
 * Matthews correlation for any number of classes, -1..1 (Gorodkin 2004): (c s - sum t p) / sqrt((s² - sum p²)(s² - sum t²)).
 * 0 where either side has one class only, as in scikit-learn.
 */
export function matthews(of: Confusion): number {
  const right = sum(of.labels.map((label) => cell(of, label, label)))
  const truths = of.labels.map((label) => rowSum(of, label))
  const columns = columnSums(of)
  const predictions = of.labels.map((label) => columns.get(label) ?? 0)
  const both = sum(truths.map((t, i) => t * (predictions[i] ?? 0)))
  const square = of.total * of.total
  const other = columns.get(OTHER) ?? 0
  const spread =
    (square - sum(predictions.map((p) => p * p)) - other * other) *
    (square - sum(truths.map((t) => t * t)))
  return spread <= 0 ? 0 : (right * of.total - both) / Math.sqrt(spread)
}

const setMetric = (name: string, of: (confusion: Confusion) => number): SetMetric => ({
  name,
  value: (answers, weights) => of(confusion(answers, weights)),
})

/** Metrics over a whole set that a bar may be on. MCC below 0 counts as 0 there. */
export const setMetrics = {
  'macro-f1': setMetric('macro-f1', macroF1),
  'balanced-accuracy': setMetric('balanced-accuracy', balancedAccuracy),
  mcc: setMetric('mcc', (of) => Math.max(0, matthews(of))),
} as const

const cell = (of: Confusion, expected: string, answered: string) =>
  of.cells.get(expected)?.get(answered) ?? 0
const rowSum = (of: Confusion, label: string) => sum([...(of.cells.get(label)?.values() ?? [])])

function columnSums(of: Confusion): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const row of of.cells.values())
    for (const [answered, count] of row) sums.set(answered, (sums.get(answered) ?? 0) + count)
  return sums
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => (values.length === 0 ? 0 : sum(values) / values.length)
const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
