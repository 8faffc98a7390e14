import { z } from 'zod'
import {
  bytes,
  count,
  figure,
  gramsPerR,
  joules,
  joulesPerItem,
  list,
  money,
  moneyPerItem,
  number,
  object,
  ratio,
  seconds,
  secondsPerItem,
  text,
} from './form.ts'

/** First form of SCI per candidate; the account holds the whole of it. */
export const sci = object({
  perInference: gramsPerR,
  perAccepted: gramsPerR,
  operational: gramsPerR,
  embodied: gramsPerR,
  grid: text,
}).meta({ id: 'sci', description: 'SCI = (E x I + M) per R, g CO2e per functional unit.' })
export interface SciResult extends z.infer<typeof sci> {}

export const cost = object({
  meter: text.describe(
    'What the energy figures rest on: rapl, nvml, prometheus, external, declared, cpu-time, none.',
  ),
  energyPerItem: joulesPerItem,
  cpuPerItem: secondsPerItem,
  /** Idle share of what stays reserved at the declared load. */
  idlePerItem: joulesPerItem,
  latencyP50: seconds,
  latencyP95: seconds,
  throughputPerS: ratio,
  peakRss: bytes,
  load: seconds,
  pricePerItem: moneyPerItem,
  /** At the declared volume; left out where none is declared. */
  pricePerMonth: money.exactOptional(),
  tokensPerItem: object({
    input: number,
    output: number,
    cachedInput: number.describe('Of the input, read from a cache.').exactOptional(),
  }).nullable(),
  windows: number,
  /** Ratio incumbent / this, per answer, from interleaved windows. */
  ratio,
  /** The same per accepted answer: times the accept rate over the incumbent's, on the same items. */
  ratioAccepted: ratio,
  sci: sci.nullable(),
})
export interface CostResult extends z.infer<typeof cost> {}

export const stage = z.enum(['training', 'loading', 'evaluation', 'metering', 'judging'])

export const overhead = object({
  calls: number.describe('Model calls of this run.'),
  reused: number.describe('Answers that were there before: in the store, or in files of results.'),
  energy: joules,
  cpuS: figure,
  wallS: number,
  money,
  byStage: list(
    object({ stage, candidate: text.nullable(), energy: joules, cpuS: figure, wallS: number }),
  ),
  /** What running every candidate on every item would have cost, from the same per-item figures. */
  exhaustive: joules,
  /** Answers after which the benchmark has paid for itself. */
  payBackCalls: count,
}).describe('What the benchmark itself cost.')
export interface Overhead extends z.infer<typeof overhead> {}
