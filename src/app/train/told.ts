import type { Told } from './lesson.ts'

/** One row of logits as a label with the softmax over all. */
export function toldOf(data: Float32Array, row: number, labels: readonly string[]): Told {
  const logits = data.subarray(row * labels.length, (row + 1) * labels.length)
  const top = Math.max(...logits)
  const exps = Float64Array.from(logits, (value) => Math.exp(value - top))
  const sum = exps.reduce((total, value) => total + value, 0)
  const probabilities = exps.map((value) => value / sum)
  return { label: labels[logits.indexOf(top)] ?? '', probabilities }
}
