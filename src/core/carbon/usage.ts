import type { Estimate, Known } from '../unit/estimate.ts'
import type { EmbodiedDevice } from './device.ts'
import type { GridFactor } from './grid-factor.ts'

/** An uncertain multiplier of the energy, named so that candidates can share it. */
export interface EnergySpread {
  /** Same name in two candidates: drawn once for both. */
  readonly name: string
  /** Around 1. */
  readonly ratio: Known<'ratio'>
}

/** What one answer of one candidate uses. Everything SCI needs, and nothing else. */
export interface Usage {
  readonly candidate: string
  /** What the energy rests on (rapl, nvml, cpu-time, api ...): only equals are compared. */
  readonly meter: string
  /** Answers behind the figures. */
  readonly answers: number
  /** IT energy per answer, before PUE. */
  readonly energy: Estimate<'JPerItem'>
  /** Part of the interval of `energy` that other candidates share (the power model of one machine). */
  readonly sharedSpread?: EnergySpread
  /** Idle energy per answer of what stays reserved; added where known. */
  readonly idle: Estimate<'JPerItem'>
  readonly pue: Known<'ratio'>
  readonly grid: GridFactor
  readonly embodied: EmbodiedUse
  readonly acceptRate: Estimate<'share'>
}

export type EmbodiedUse =
  | {
      readonly kind: 'devices'
      readonly parts: readonly DevicePart[]
      /** Device-seconds that one answer holds its shares: wall time / concurrency. */
      readonly occupancy: Estimate<'sPerItem'>
    }
  | { readonly kind: 'given'; readonly perItem: Estimate<'gPerR'> }

export interface DevicePart {
  readonly device: EmbodiedDevice
  /** Reserved resources over the device's total; for several equal devices above 1. */
  readonly share: Known<'share'>
}

/** What happens to an answer that is not accepted. */
export type Fallback =
  | {
      /** It goes to the incumbent; what that gets wrong goes to a person outside the boundary. */
      readonly kind: 'incumbent'
      readonly incumbent: Usage | null
    }
  | {
      /** The same candidate answers once more; what is still wrong goes to a person outside the boundary. */
      readonly kind: 'retry'
    }
  | {
      /** A person resolves it, outside the boundary: no carbon is charged, the number of cases is reported. */
      readonly kind: 'person'
    }
