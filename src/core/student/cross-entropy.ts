/** Turns scores into probabilities; returns their cross-entropy against the targets from `base` on, nats. */
export function softmaxInPlace(scores: Float64Array, targets: Float32Array, base: number): number {
  const top = scores.reduce((best, score) => Math.max(best, score))
  let sum = 0
  let dot = 0
  for (let k = 0; k < scores.length; k++) {
    const s = (scores[k] as number) - top
    dot += s * (targets[base + k] as number)
    scores[k] = Math.exp(s)
    sum += scores[k] as number
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) / sum
  return Math.log(sum) - dot
}
