import { z } from 'zod'
import {
  gramsPerR,
  joulesPerItem,
  knownGrams,
  knownIntensity,
  knownPortion,
  knownRatio,
  knownSeconds,
  list,
  number,
  object,
  portion,
  secondsPerItem,
  text,
} from './form.ts'

const gridKind = z.enum(['average', 'marginal'])
export type GridKind = z.infer<typeof gridKind>
const gridMix = z.enum(['production', 'consumption'])
export type GridMix = z.infer<typeof gridMix>
const gridScope = z.enum(['lifecycle', 'direct'])
export type GridScope = z.infer<typeof gridScope>

/** Carbon intensity of electricity, location based, with the five things without which it means nothing. */
export const gridFactor = object({
  zone: text,
  name: text,
  intensity: knownIntensity,
  period: text.describe('Year, or an ISO interval for live factors.'),
  kind: gridKind,
  mix: gridMix,
  scope: gridScope,
  source: text,
  license: text,
  retrieved: text,
}).meta({ id: 'grid-factor' })
export interface GridFactor extends z.infer<typeof gridFactor> {}

/** What it took to make a device, and how long it serves. */
const device = object({
  id: text,
  name: text,
  /** Total embodied emissions TE, cradle to gate unless `name` says otherwise. */
  total: knownGrams,
  /** Expected lifetime EL. */
  lifetime: knownSeconds,
})
export interface EmbodiedDevice extends z.infer<typeof device> {}

const devicePart = object({
  device,
  /** Reserved resources over the device's total; for several equal devices above 1. */
  share: knownPortion,
})
export interface DevicePart extends z.infer<typeof devicePart> {}

const embodiedUse = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('devices'),
    parts: list(devicePart),
    /** Device-seconds that one answer holds its shares: wall time / concurrency. */
    occupancy: secondsPerItem,
  }),
  z.object({ kind: z.literal('given'), perItem: gramsPerR }),
])
export type EmbodiedUse = Readonly<z.infer<typeof embodiedUse>>

/** An uncertain multiplier of the energy, named so that candidates can share it. */
const energySpread = object({
  /** Same name in two candidates: drawn once for both. */
  name: text,
  /** Around 1. */
  ratio: knownRatio,
})
export interface EnergySpread extends z.infer<typeof energySpread> {}

/** What one answer of one candidate uses. Everything SCI needs, and nothing else. */
export const usage = object({
  candidate: text,
  meter: text.describe(
    'What the energy rests on (rapl, nvml, cpu-time, api ...): only equals are compared.',
  ),
  answers: number.describe('Answers behind the figures.'),
  energy: joulesPerItem.describe('IT energy per answer, before PUE.'),
  /** Part of the interval of `energy` that other candidates share (the power model of one machine). */
  sharedSpread: energySpread.exactOptional(),
  /** Idle energy per answer of what stays reserved; added where known. */
  idle: joulesPerItem,
  pue: knownRatio,
  grid: gridFactor,
  embodied: embodiedUse,
  acceptRate: portion,
})
export interface Usage extends z.infer<typeof usage> {}
