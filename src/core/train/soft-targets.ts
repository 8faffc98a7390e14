/** A teacher's logits as probabilities at a temperature: softmax(logits / T). Source: Hinton, Vinyals, Dean, arXiv 1503.02531, eq. 1. */
export function softened(logits: Float32Array, temperature: number): Float32Array {
  let largest = Number.NEGATIVE_INFINITY
  for (const value of logits) largest = Math.max(largest, value)
  const powers = Float64Array.from(logits, (value) => Math.exp((value - largest) / temperature))
  const total = powers.reduce((sum, value) => sum + value, 0)
  return Float32Array.from(powers, (value) => value / total)
}
