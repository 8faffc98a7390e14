import { RightsizeError } from '../error/error.ts'

/** Embodied side of a score: a share of a device over time, or grams that somebody else computed. */
export type EmbodiedInput =
  | {
      /** TE, g. */
      readonly totalG: number
      /** RR / ToR: the share of the device that is reserved, 0..1. */
      readonly share: number
      /** TiR, s (device-seconds, concurrency already divided out). */
      readonly durationS: number
      /** EL, s. */
      readonly lifetimeS: number
    }
  | { readonly grams: number }

export interface SciScoreInput {
  /** Energy of the IT equipment, kWh. */
  readonly itEnergyKwh: number
  readonly pue: number
  /** gCO2e per kWh, location based. */
  readonly gridGPerKwh: number
  readonly embodied: EmbodiedInput
  /** Functional units delivered. */
  readonly units: number
}

export interface SciScore {
  readonly energyKwh: number
  readonly operationalG: number
  readonly embodiedG: number
  readonly totalG: number
  /** g per functional unit. */
  readonly sci: number
}

/**
 * SCI = (E x I + M) per R, g per functional unit; M = TE x TS x RS.
 * Source: ISO/IEC 21031:2024 (Software Carbon Intensity). The order of operations is that of Impact Framework
 * 1.1.0 (Multiply, SciEmbodied, Sum, Sci), so that an exported manifest gives the same float64.
 * R = 0 is an error here; callers that can say "nothing was accepted" say it before.
 */
export function scoreOf(input: SciScoreInput): SciScore {
  if (!(input.units > 0))
    throw new RightsizeError(
      'FUNCTIONAL_UNIT_ZERO',
      `R is ${input.units}: no functional unit was delivered`,
    )
  const energyKwh = input.itEnergyKwh * input.pue
  const operationalG = energyKwh * input.gridGPerKwh
  const embodiedG = embodiedGrams(input.embodied)
  const totalG = operationalG + embodiedG
  return { energyKwh, operationalG, embodiedG, totalG, sci: totalG / input.units }
}

/** M in g. Source: ISO/IEC 21031:2024, M = TE x (TiR / EL) x (RR / ToR); order as in Impact Framework's SciEmbodied. */
export function embodiedGrams(embodied: EmbodiedInput): number {
  if ('grams' in embodied) return embodied.grams
  return embodied.totalG * embodied.share * (embodied.durationS / embodied.lifetimeS)
}
