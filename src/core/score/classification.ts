import type { LabelledAnswer, SetMetric } from './scorer.ts'

/** Counts from which every metric here follows; arrays run along `labels`. */
export interface Margins {
  /** Labels of the data, sorted. */
  readonly labels: readonly string[]
  /** Items answered with their label. */
  readonly hits: Float64Array
  /** Items that have the label. */
  readonly support: Float64Array
  /** Items answered with the label, rightly or not. */
  readonly predicted: Float64Array
  /** Items answered with none of the labels, or not at all. */
  readonly other: number
  readonly total: number
}

/** How often each label was answered with each: `cells.get(expected).get(answered)`. */
export interface Confusion extends Margins {
  /** Everything that was answered and is no label of the data counts as one column, `OTHER`. */
  readonly cells: ReadonlyMap<string, ReadonlyMap<string, number>>
}

/** Stands for an answer that is none of the labels, and for no answer. */
export const OTHER = '\u0000other'

/** Counts pairs; `weights[i]` counts item i that many times. */
export function confusion(
  answers: readonly LabelledAnswer[],
  weights?: ArrayLike<number>,
): Confusion {
  const known = numbered(answers)
  const cells = new Map<string, Map<string, number>>()
  answers.forEach(({ expected, answered }, index) => {
    const row = cells.get(expected) ?? new Map<string, number>()
    cells.set(expected, row)
    const column = known.answered[index] === -1 || answered === null ? OTHER : answered
    row.set(column, (row.get(column) ?? 0) + (weights === undefined ? 1 : (weights[index] ?? 0)))
  })
  return { ...margins(known, weights), cells }
}

/** Pairs as numbers of labels; -1 for an answer that is none. */
interface Numbered {
  readonly labels: readonly string[]
  readonly expected: Int32Array
  readonly answered: Int32Array
}

/** A bootstrap asks for the same answers thousands of times: they are numbered once. */
const remembered = new WeakMap<readonly LabelledAnswer[], Numbered>()

function numbered(answers: readonly LabelledAnswer[]): Numbered {
  const before = remembered.get(answers)
  if (before !== undefined) return before
  const labels = [...new Set(answers.map(({ expected }) => expected))].sort()
  const index = new Map(labels.map((label, i) => [label, i]))
  const made: Numbered = {
    labels,
    expected: Int32Array.from(answers, ({ expected }) => index.get(expected) ?? -1),
    answered: Int32Array.from(answers, ({ answered }) => index.get(answered ?? OTHER) ?? -1),
  }
  remembered.set(answers, made)
  return made
}

function margins(of: Numbered, weights: ArrayLike<number> | undefined): Margins {
  const size = of.labels.length
  const [hits, support, predicted] = [size, size, size].map((n) => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let other = 0
  let total = 0
  for (let i = 0; i < of.expected.length; i++) {
    const weight = weights === undefined ? 1 : (weights[i] ?? 0)
    const expected = of.expected[i] as number
    const answered = of.answered[i] as number
    total += weight
    support[expected] = (support[expected] as number) + weight
    if (answered < 0) other += weight
    else predicted[answered] = (predicted[answered] as number) + weight
    if (answered === expected) hits[expected] = (hits[expected] as number) + weight
  }
  return { labels: of.labels, hits, support, predicted, other, total }
}

/**
 * Mean F1 over the labels of the data: `f1_score(average='macro', labels=sorted(set(y_true)))`. A label that a resample
 * lost altogether is left out of its mean.
 */
export function macroF1(of: Margins): number {
  return meanOver(of, (i) =>
    ratio(2 * (of.hits[i] as number), (of.support[i] as number) + (of.predicted[i] as number)),
  )
}

/** Mean recall over the labels of the data. */
export function balancedAccuracy(of: Margins): number {
  return meanOver(of, (i) => ratio(of.hits[i] as number, of.support[i] as number))
}

/**
 * Matthews correlation for any number of classes, -1..1 (Gorodkin 2004):
 * (c s - sum t p) / sqrt((s² - sum p²)(s² - sum t²)); 0 where either side has one class only, as in scikit-learn.
 */
export function matthews(of: Margins): number {
  let both = 0
  let truths = 0
  let answers = of.other * of.other
  for (let i = 0; i < of.labels.length; i++) {
    const support = of.support[i] as number
    const predicted = of.predicted[i] as number
    both += support * predicted
    truths += support * support
    answers += predicted * predicted
  }
  const square = of.total * of.total
  const spread = (square - answers) * (square - truths)
  return spread <= 0 ? 0 : (sum(of.hits) * of.total - both) / Math.sqrt(spread)
}

const setMetric = (name: string, of: (margins: Margins) => number): SetMetric => ({
  name,
  value: (answers, weights) => of(margins(numbered(answers), weights)),
})

/** Metrics over a whole set that a bar may be on. MCC below 0 counts as 0 there. */
export const setMetrics = {
  'macro-f1': setMetric('macro-f1', macroF1),
  'balanced-accuracy': setMetric('balanced-accuracy', balancedAccuracy),
  mcc: setMetric('mcc', (of) => Math.max(0, matthews(of))),
} as const

function meanOver(of: Margins, value: (label: number) => number): number {
  let total = 0
  let count = 0
  for (let i = 0; i < of.labels.length; i++) {
    if (of.support[i] === 0) continue
    total += value(i)
    count++
  }
  return ratio(total, count)
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
