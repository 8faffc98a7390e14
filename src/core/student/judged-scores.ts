import { bestOf } from './runtime-answer.ts'

/** Scores of some rows (rows x classes, row-major) and the right class of each. */
export interface JudgedScores {
  readonly scores: Float32Array
  readonly classes: number
  readonly truth: Int32Array
}

/** Share of rows whose highest score is the right class, 0..1; 0 for no rows. */
export function accuracyOf(judged: JudgedScores): number {
  let right = 0
  judged.truth.forEach((k, row) => {
    if (answerTo(judged, row) === k) right++
  })
  return right / Math.max(1, judged.truth.length)
}

/** Unweighted mean over the classes that occur of F1 = 2 tp / (2 tp + fp + fn), 0..1. */
export function macroF1Of(judged: JudgedScores): number {
  const hits = new Float64Array(judged.classes)
  const total = new Float64Array(judged.classes)
  judged.truth.forEach((k, row) => {
    const answer = answerTo(judged, row)
    if (answer === k) hits[k] = (hits[k] as number) + 1
    total[k] = (total[k] as number) + 1
    total[answer] = (total[answer] as number) + 1
  })
  const present = new Set(judged.truth)
  let sum = 0
  for (const k of present) sum += (2 * (hits[k] as number)) / (total[k] as number)
  return sum / Math.max(1, present.size)
}

/** Mean negative log-likelihood of the right class under softmax(scores / temperature), nats. */
export function logLossOf(judged: JudgedScores, temperature = 1): number {
  const { scores, classes, truth } = judged
  let loss = 0
  truth.forEach((right, row) => {
    const base = row * classes
    const top = (scores[base + answerTo(judged, row)] as number) / temperature
    let sum = 0
    for (let k = 0; k < classes; k++)
      sum += Math.exp((scores[base + k] as number) / temperature - top)
    loss += Math.log(sum) + top - (scores[base + right] as number) / temperature
  })
  return loss / Math.max(1, truth.length)
}

/**
 * The temperature in [0.05, 20] with the least log loss (Guo et al., On Calibration of Modern Neural Networks,
 * ICML 2017, section 4.2), by golden-section search on ln T; the loss is convex in 1 / T. 1 for no rows.
 */
export function fitTemperature(judged: JudgedScores): number {
  if (judged.truth.length === 0) return 1
  const ratio = (Math.sqrt(5) - 1) / 2
  let low = Math.log(0.05)
  let high = Math.log(20)
  for (let i = 0; i < 30; i++) {
    const a = high - ratio * (high - low)
    const b = low + ratio * (high - low)
    if (logLossOf(judged, Math.exp(a)) < logLossOf(judged, Math.exp(b))) high = b
    else low = a
  }
  return Math.exp((low + high) / 2)
}

/** Several sets of judged rows as one. */
export function joinJudged(parts: readonly JudgedScores[]): JudgedScores {
  const classes = parts[0]?.classes ?? 0
  const rows = parts.reduce((sum, part) => sum + part.truth.length, 0)
  const scores = new Float32Array(rows * classes)
  const truth = new Int32Array(rows)
  let at = 0
  for (const part of parts) {
    scores.set(part.scores, at * classes)
    truth.set(part.truth, at)
    at += part.truth.length
  }
  return { scores, classes, truth }
}

const answerTo = ({ scores, classes }: JudgedScores, row: number): number =>
  bestOf(scores.subarray(row * classes, (row + 1) * classes))

/** What settings are chosen by. */
export type Metric = 'accuracy' | 'macroF1'

/** What one setting reached on the rows held out. */
export interface Measures {
  readonly accuracy: number
  readonly macroF1: number
  /** Nats, before the temperature. */
  readonly logLoss: number
}

export const measuresOf = (judged: JudgedScores): Measures => ({
  accuracy: accuracyOf(judged),
  macroF1: macroF1Of(judged),
  logLoss: logLossOf(judged),
})

/** Whether a is ahead of b by the metric; the lower log loss wins ties. */
export const isBetter = (a: Measures, b: Measures, metric: Metric): boolean =>
  a[metric] > b[metric] || (a[metric] === b[metric] && a.logLoss < b.logLoss)
