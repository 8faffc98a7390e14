/** Position of the highest score; the first wins ties. */
export function bestOf(scores: ArrayLike<number>): number {
  let best = 0
  for (let k = 1; k < scores.length; k++) {
    if ((scores[k] as number) > (scores[best] as number)) best = k
  }
  return best
}

/** exp(s - top) scaled to sum 1. */
export function softmax(scores: ArrayLike<number>): Float64Array {
  const top = scores[bestOf(scores)] as number
  const out = Float64Array.from(scores, (score) => Math.exp(score - top))
  const sum = out.reduce((total, value) => total + value, 0)
  return out.map((value) => value / sum)
}

/** Label, position, probabilities of all labels and how many known features the scores rest on. */
export function answerOf(
  labels: readonly string[],
  scores: ArrayLike<number>,
  known: number,
): { label: string; index: number; probabilities: Float64Array; known: number } {
  const index = bestOf(scores)
  return { label: labels[index] as string, index, probabilities: softmax(scores), known }
}
