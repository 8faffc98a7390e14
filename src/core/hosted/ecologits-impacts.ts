import { gpuEnergyPerToken, gpusFor, secondsPerToken } from './ecologits.ts'
import type { Billions } from './model-table.ts'

/** The low and the high end; equal where nothing is a range. */
export type Ends = readonly [number, number]

/** Impacts of a kWh, as EcoLogits' table of electricity mixes states them: kgSbeq, MJ, kgCO2eq, L. */
export type ElectricityMix = readonly [adpe: number, pe: number, gwp: number, wue: number]

/** One request as EcoLogits sees it. */
export interface EcologitsRequest {
  readonly outputTokens: number
  /** Seconds that the request took; Infinity where nobody measured it. */
  readonly latencyS: number
  readonly model: {
    readonly total: Billions
    readonly active?: Billions
    readonly tps?: number
    readonly ttft?: number
  }
  /** Power usage effectiveness and L per kWh of the data center. */
  readonly pue: Ends
  readonly wue: Ends
  readonly mix: ElectricityMix
}

/** Impacts of one request: kWh, kgCO2eq, kgSbeq, MJ, L. Water is that of use alone. */
export interface EcologitsImpacts {
  readonly energy: Ends
  readonly gwp: Ends
  readonly adpe: Ends
  readonly pe: Ends
  readonly wcf: Ends
  readonly usage: { readonly gwp: Ends; readonly adpe: Ends; readonly pe: Ends }
  readonly embodied: { readonly gwp: Ends; readonly adpe: Ends; readonly pe: Ends }
}

/** The release whose constants these are. */
export const ecologitsVersion = '0.11.3'

/** p5.48xlarge without its GPUs: slots, kW, embodied kgCO2eq, kgSbeq, MJ. */
const server = { gpus: 8, kw: 1.2, gwp: 5700, adpe: 0.37, pe: 70_000 } as const
/** H100: embodied kgCO2eq, kgSbeq, MJ. */
const gpu = { gwp: 273, adpe: 0.00895, pe: 3721 } as const
const lifetimeS = 3 * 365 * 24 * 60 * 60
const batch = 64

/**
 * What EcoLogits 0.11.3 computes for a request, in its order of operations: output tokens only, bf16, batch 64 on H100. A range
 * (parameters of a closed model, PUE, WUE) is computed at both ends; nothing else is uncertain in it.
 * Source: EcoLogits 0.11.3, impacts/llm.py and tracers/utils.py (formulas and constants; MPL-2.0 covers its code, not these facts).
 */
export function ecologitsImpacts(request: EcologitsRequest): EcologitsImpacts {
  const [low, high] = [endOf(request, 0), endOf(request, 1)]
  const ends = (of: (end: typeof low) => number): Ends => [of(low), of(high)]
  const parts = (name: 'usage' | 'embodied') => ({
    gwp: ends((end) => end[name].gwp),
    adpe: ends((end) => end[name].adpe),
    pe: ends((end) => end[name].pe),
  })
  const total = (kind: 'gwp' | 'adpe' | 'pe') => ends((end) => end.usage[kind] + end.embodied[kind])
  return {
    energy: ends(({ energy }) => energy),
    ...{ gwp: total('gwp'), adpe: total('adpe'), pe: total('pe') },
    wcf: ends(({ wcf }) => wcf),
    ...{ usage: parts('usage'), embodied: parts('embodied') },
  }
}

const at = (value: Billions, end: 0 | 1): number => (typeof value === 'number' ? value : value[end])

function endOf({ outputTokens, latencyS, model, pue, wue, mix }: EcologitsRequest, end: 0 | 1) {
  const [total, active] = [at(model.total, end), at(model.active ?? model.total, end)]
  const [adpe, pe, gwp, mixWue] = mix
  const gpus = gpusFor(total)
  const gpuKwh = outputTokens * gpuEnergyPerToken(active, batch)
  const perToken = model.tps === undefined ? secondsPerToken(active, batch) : 1 / model.tps
  const seconds = Math.min(latencyS, outputTokens * perToken + (model.ttft ?? 0))
  const serverKwh = (seconds / 3600) * server.kw * (gpus / server.gpus) * (1 / batch)
  const itKwh = serverKwh + gpus * gpuKwh
  const energy = pue[end] * itKwh
  const embodied = (kind: 'gwp' | 'adpe' | 'pe') =>
    (seconds * ((gpus / server.gpus) * server[kind] + gpus * gpu[kind])) / (lifetimeS * batch)
  return {
    energy,
    wcf: itKwh * (wue[end] + pue[end] * mixWue),
    usage: { gwp: energy * gwp, adpe: energy * adpe, pe: energy * pe },
    embodied: { gwp: embodied('gwp'), adpe: embodied('adpe'), pe: embodied('pe') },
  }
}
