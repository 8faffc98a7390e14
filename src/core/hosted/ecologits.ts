/**
 * EcoLogits 0.9.3's methodology for one call of a hosted LLM, re-implemented from its documentation (formulas and
 * constants are facts; no code or model table of it is here). Kept as it is, errors included, so that its numbers
 * come out again. Output tokens only; bf16; batch 64. For an estimate to act upon see api-energy.ts.
 * Source: mlco2/ecologits 0.9.3, docs/methodology/llm_inference.md; regression on ML.ENERGY, H100 80 GB.
 */

/** Environmental factors of one kWh. */
export interface ElectricityMix {
  /** kgCO2e per kWh. */
  readonly gwp: number
  /** kgSbeq per kWh. */
  readonly adpe: number
  /** MJ per kWh. */
  readonly pe: number
  /** L per kWh. */
  readonly wue: number
}

export interface EcologitsInput {
  readonly activeBillions: number
  readonly totalBillions: number
  readonly outputTokens: number
  /** Measured latency in s; null: unbounded. */
  readonly latencyS: number | null
  /** Output tokens per second and time to first token, where the deployment is known. */
  readonly tokensPerS?: number
  readonly firstTokenS?: number
  readonly pue: number
  /** Water usage effectiveness of the data centre, L per kWh. */
  readonly wue: number
  readonly mix: ElectricityMix
  /** Bits per weight; 16 in EcoLogits. */
  readonly bits?: number
  /** Concurrent requests; 64 in EcoLogits. */
  readonly batch?: number
}

export interface EcologitsImpacts {
  readonly gpuEnergyKwh: number
  readonly latencyS: number
  readonly memoryGb: number
  readonly gpus: number
  readonly serverEnergyKwh: number
  /** Facility energy of the request, PUE included. */
  readonly requestEnergyKwh: number
  readonly usageKg: number
  readonly embodiedKg: number
  readonly totalKg: number
  readonly adpeKgSb: number
  readonly peMj: number
  /** Water as coded in 0.9.3, where PUE is counted twice. */
  readonly waterAsCodedL: number
  /** Water on IT energy, as documented and as fixed upstream later. */
  readonly waterL: number
}

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
/** H100 80 GB; GWP from NVIDIA's HGX product carbon footprint (1312 / 8). */
const gpu = { memoryGb: 80, gwp: 164, adpe: 5.1e-3, pe: 1828 } as const
/** p5.48xlarge without its GPUs. */
const server = { gpus: 8, kw: 1.2, gwp: 5700, adpe: 0.37, pe: 70_000 } as const
const lifetimeS = 3 * 365 * 24 * 3600

/** Energy of one GPU per output token, kWh. Exposed because it shows how little of it depends on a small model. */
export function gpuEnergyPerToken(activeBillions: number, batch = 64): number {
  return (
    (energyFit.alpha * Math.exp(energyFit.beta * batch) * activeBillions + energyFit.gamma) / 1000
  )
}

/** Share of that energy that does not depend on the model at all: 90 % at 8 billion parameters. */
export function interceptShare(activeBillions: number, batch = 64): number {
  return energyFit.gamma / 1000 / gpuEnergyPerToken(activeBillions, batch)
}

/** GPUs of 80 GB for the weights, 20 % on top, rounded up to a power of two. */
export function gpusFor(totalBillions: number, bits = 16): number {
  return 2 ** Math.ceil(Math.log2(Math.ceil(memoryFor(totalBillions, bits) / gpu.memoryGb)))
}

const memoryFor = (totalBillions: number, bits: number) => (1.2 * totalBillions * bits) / 8

/** Impacts of one request, in the order of operations of the original (1e-12 agreement is tested). */
export function ecologitsImpacts(input: EcologitsInput): EcologitsImpacts {
  const { bits = 16, batch = 64, mix } = input
  const gpus = gpusFor(input.totalBillions, bits)
  const gpuEnergyKwh = input.outputTokens * gpuEnergyPerToken(input.activeBillions, batch)
  const latencyS = latencyOf(input, batch)
  const serverEnergyKwh = (latencyS / 3600) * server.kw * (gpus / server.gpus) * (1 / batch)
  const itKwh = serverEnergyKwh + gpus * gpuEnergyKwh
  const requestEnergyKwh = input.pue * itKwh
  const embodied = (of: 'gwp' | 'adpe' | 'pe') =>
    (latencyS * ((gpus / server.gpus) * server[of] + gpus * gpu[of])) / (lifetimeS * batch)
  const usageKg = requestEnergyKwh * mix.gwp
  const embodiedKg = embodied('gwp')
  const waterPerKwh = input.wue + input.pue * mix.wue
  return {
    gpuEnergyKwh,
    latencyS,
    memoryGb: memoryFor(input.totalBillions, bits),
    gpus,
    serverEnergyKwh,
    requestEnergyKwh,
    usageKg,
    embodiedKg,
    totalKg: usageKg + embodiedKg,
    adpeKgSb: requestEnergyKwh * mix.adpe + embodied('adpe'),
    peMj: requestEnergyKwh * mix.pe + embodied('pe'),
    waterAsCodedL: requestEnergyKwh * waterPerKwh,
    waterL: itKwh * waterPerKwh,
  }
}

function latencyOf(input: EcologitsInput, batch: number): number {
  const perToken =
    input.tokensPerS !== undefined
      ? 1 / input.tokensPerS
      : latencyFit.alpha * input.activeBillions + latencyFit.beta * batch + latencyFit.gamma
  const whole = input.outputTokens * perToken + (input.firstTokenS ?? 0)
  return Math.min(whole, input.latencyS ?? Number.POSITIVE_INFINITY)
}
