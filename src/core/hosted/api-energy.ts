import { embodiedDevice, hostSlot, yearS } from '../carbon/device.ts'
import type { TokenUsage } from '../data/answer.ts'
import { RightsizeError } from '../error/error.ts'
import type { ModelFacts } from '../result/account.ts'
import { add } from '../unit/arithmetic.ts'
import type { Estimate, Known } from '../unit/estimate.ts'
import { known, within } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import { gpuEnergyPerToken, gpusFor, interceptShare, secondsPerToken } from './ecologits.ts'

/** What is assumed about the deployment: explicit, because it moves the figure more than the model does. */
export interface ApiScenario {
  /** Concurrent requests; null: not known, the normal case of an API. */
  readonly batch: number | null
  /** Bits per weight in the deployment; null: as published. */
  readonly bits: number | null
}

export interface ApiEnergy {
  /** IT energy of the call: GPUs and host. */
  readonly energy: Estimate<'J'>
  readonly decode: Known<'J'>
  readonly prefill: Known<'J'>
  readonly host: Known<'J'>
  /** GPU-seconds over 3 years' life are charged on this many GPUs. */
  readonly gpus: number
  /** Seconds that the call takes. */
  readonly seconds: number
  /** Concurrent requests that the figures assume. */
  readonly batch: number
  /** What must stand beside the figure. */
  readonly notes: readonly string[]
}

/**
 * What batch does to decode energy, times, around batch 64: 1.32 x (batch / 64)^-0.55.
 * Source: log-linear fit over 515 measured configurations of 24 models on H100 and B200 (ML.ENERGY leaderboard v3,
 * 2026-02-27; lm-arena-chat and gpqa), GPU energy per output token over the EcoLogits form with true precision.
 */
export const batchFit = { centre: 1.32, exponent: 0.55, at: 64 } as const

/**
 * Error of the estimate on models it has not seen, times. Source: the same data, one model family left out at a
 * time (bench/account.mjs repeats it): batch unknown 89 % of 515 inside, batch known 95 % inside.
 */
export const apiError = {
  unknownBatch: [0.25, 6],
  knownBatch: [0.35, 4],
} as const satisfies Record<string, readonly [number, number]>

/**
 * Share of the peak that prefill reaches. NOT sourced: an allowance of ours, 0.2 to 0.8 around 0.4; no measurement of
 * prefill alone was found that could be checked. It scales the prefill part of an estimate and nothing else.
 */
export const prefillUtilisation = { value: 0.4, low: 0.2, high: 0.8 } as const
/** Error of the prefill part, times. */
export const prefillError: readonly [number, number] = [
  prefillUtilisation.value / prefillUtilisation.high,
  prefillUtilisation.value / prefillUtilisation.low,
]

/**
 * Joules per input token and billion active parameters when the prompt is read: 2 FLOP per parameter and token
 * (Kaplan et al. 2020, arXiv 2001.08361) on an H100 SXM: 989.5 TFLOP/s dense bf16, half of the 1979 that NVIDIA's data
 * sheet gives with sparsity (as llm-foundry, Megatron and others state it for their own utilization), and 700 W (TDP in
 * Meta's Llama 4 model card).
 */
export const prefillPerTokenBillion = (2e9 / ((1979e12 / 2) * prefillUtilisation.value)) * 700

/** p5.48xlarge host without GPUs, kW per GPU slot (EcoLogits 0.9.3 methodology: 1.2 kW over 8). */
const hostKwPerGpu = 1.2 / 8
/** Joules of the host while a call generates: its power x time / batch. */
export const hostJoules = (
  outputTokens: number,
  activeBillions: number,
  { gpus, batch }: { readonly gpus: number; readonly batch: number },
): number =>
  (outputTokens * secondsPerToken(activeBillions, batch) * hostKwPerGpu * 1000 * gpus) / batch

/** Models below this many billion active parameters stand on the regression's intercept alone. */
export const smallestAnchorBillions = 7

/**
 * Energy of one API call with its interval: decode by regression, prefill by arithmetic, host by time. Batch and
 * precision are variables, not hidden defaults. Not a measurement; never compare it with one.
 */
export function apiEnergy(call: TokenUsage, facts: ModelFacts, scenario: ApiScenario): ApiEnergy {
  const batch = scenario.batch ?? batchFit.at
  const bits = scenario.bits ?? facts.bits
  const gpus = gpusFor(facts.totalBillions.value, bits)
  const decode = decodeEnergy(call, facts, scenario, gpus)
  const prefill = prefillEnergy(call, facts)
  const seconds = call.output * secondsPerToken(facts.activeBillions.value, batch)
  const host = within(
    'J',
    hostJoules(call.output, facts.activeBillions.value, { gpus, batch }),
    scenario.batch === null ? apiError.unknownBatch : apiError.knownBatch,
    { ...modeled, how: 'host power x time / batch', source: 'EcoLogits 0.9.3 methodology' },
  )
  return {
    energy: add(add(decode, prefill), host),
    decode,
    prefill,
    host,
    gpus,
    seconds,
    batch,
    notes: notesOf(facts, scenario),
  }
}

const modeled = { method: 'modeled', level: 0.9 } as const

function decodeEnergy(
  { output }: TokenUsage,
  facts: ModelFacts,
  { batch }: ApiScenario,
  gpus: number,
): Known<'J'> {
  const { value, low, high } = facts.activeBillions
  const perToken = (billions: number) =>
    output * gpus * gpuEnergyPerToken(billions, batchFit.at) * joulesPerKwh
  const [down, up] = batch === null ? apiError.unknownBatch : apiError.knownBatch
  const centre = batch === null ? 1 : batchFit.centre * (batch / batchFit.at) ** -batchFit.exponent
  return known('J', {
    value: perToken(value) * centre,
    low: perToken(low) * centre * down,
    high: perToken(high) * centre * up,
    ...modeled,
    how:
      batch === null ? 'decode regression, batch unknown' : `decode regression at batch ${batch}`,
    source: `ML.ENERGY v3 through the EcoLogits 0.9.3 regression; ${facts.source}`,
  })
}

function prefillEnergy(call: TokenUsage, facts: ModelFacts): Known<'J'> {
  const tokens = Math.max(0, call.input - (call.cachedInput ?? 0))
  const { value, low, high } = facts.activeBillions
  const joules = (billions: number) => tokens * billions * prefillPerTokenBillion
  return known('J', {
    value: joules(value),
    low: joules(low) * prefillError[0],
    high: joules(high) * prefillError[1],
    ...modeled,
    how: 'prefill: 2 FLOP per parameter and token at 40 % of peak (assumed: 20 to 80 %)',
    source: 'arXiv 2001.08361; NVIDIA H100 data sheet; utilization is an assumption of rightsize',
  })
}

function notesOf(facts: ModelFacts, { batch }: ApiScenario): readonly string[] {
  const notes: string[] = []
  if (batch === null)
    notes.push(
      'the batch size is unknown, which alone changes the energy by x0.25 to x6 (around batch 64)',
    )
  if (facts.activeBillions.value < smallestAnchorBillions)
    notes.push(
      `below ${smallestAnchorBillions} billion parameters no dense model was measured: ${Math.round(
        100 * interceptShare(facts.activeBillions.value),
      )} % of the decode energy is the intercept of the regression`,
    )
  if (facts.activeBillions.low < facts.activeBillions.high)
    notes.push('the number of parameters is not published, so a range is assumed')
  return notes
}

/** Share of intercept from which on two models cannot be told apart by the regression. */
const interceptLimit = 0.85

/** Throws where the regression would compare its own intercept with itself: both models small. */
export function requireRankable(a: ModelFacts, b: ModelFacts): void {
  const small = [a, b].filter(
    ({ activeBillions }) => interceptShare(activeBillions.value) > interceptLimit,
  )
  if (small.length === 2)
    throw new RightsizeError(
      'RANKING_REFUSED',
      `${a.model} and ${b.model} are too small to be ranked by an API estimate: more than ${
        interceptLimit * 100
      } % of either estimate does not depend on the model`,
    )
}

/** M of one call, g: GPUs and host slots over 3 years, shared by the batch. */
export function apiEmbodied({ gpus, seconds, batch }: ApiEnergy): Known<'gPerR'> {
  const share = (seconds * gpus) / (3 * yearS * batch)
  const [gpu, host] = [embodiedDevice('h100').total, embodiedDevice(hostSlot.device).total]
  const perGpu = (end: 'low' | 'value' | 'high') => gpu[end] + host[end] * hostSlot.share
  return known('gPerR', {
    value: share * perGpu('value'),
    low: (share * perGpu('low')) / 4,
    high: share * perGpu('high') * 4, // time and batch are not known better than x4
    ...modeled,
    how: 'GPU and host slot x time / (3 years x batch)',
    source: 'NVIDIA H100 PCF; BoaviztAPI 2.4; EcoLogits 0.9.3 methodology',
  })
}
