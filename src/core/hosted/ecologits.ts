/**
 * The anchors of EcoLogits' estimate of one call of a hosted LLM (the same in 0.9.3 and 0.11.3), re-implemented from its
 * documentation: formulas and constants are facts; no code of it is here. Output tokens only; bf16; batch 64.
 * Source: mlco2/ecologits, docs/methodology/llm_inference.md; regression on ML.ENERGY, H100 80 GB.
 */

/** Wh per token per GPU: alpha exp(beta B) P + gamma. */
const energyFit = {
  alpha: 1.1665273170451914e-6,
  beta: -0.011205921025579175,
  gamma: 4.052928146734005e-5,
} as const
/** Seconds per token: alpha P + beta B + gamma. */
const latencyFit = {
  alpha: 0.0006785088094353663,
  beta: 0.0003119310311688259,
  gamma: 0.019473717579473387,
} as const
const gpuMemoryGb = 80

/** Energy of one GPU per output token, kWh. */
export function gpuEnergyPerToken(activeBillions: number, batch = 64): number {
  return (
    (energyFit.alpha * Math.exp(energyFit.beta * batch) * activeBillions + energyFit.gamma) / 1000
  )
}

/** GPUs of 80 GB for the weights, 20 % on top, rounded up to a power of two. */
export function gpusFor(totalBillions: number, bits = 16): number {
  const memoryGb = (1.2 * totalBillions * bits) / 8
  return 2 ** Math.ceil(Math.log2(Math.ceil(memoryGb / gpuMemoryGb)))
}

/** Seconds that one output token takes. */
export function secondsPerToken(activeBillions: number, batch: number): number {
  return latencyFit.alpha * activeBillions + latencyFit.beta * batch + latencyFit.gamma
}
