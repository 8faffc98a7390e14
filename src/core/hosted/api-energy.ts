import { embodiedDevice, hostSlot, yearS } from '../carbon/device.ts'
import type { TokenUsage } from '../data/answer.ts'
import { RightsizeError } from '../error/error.ts'
import type { ModelFacts } from '../result/account.ts'
import { add } from '../unit/arithmetic.ts'
import type { Estimate, Known } from '../unit/estimate.ts'
import { known, within } from '../unit/known.ts'
import { figures as plain } from '../unit/si-prefix.ts'
import {
  decodeError,
  decodeFit,
  decodeJoules,
  effectiveSize,
  measuredSizes,
  type Size,
} from './decode-fit.ts'
import { gpusFor, secondsPerToken } from './ecologits.ts'
import { prefillError, prefillPerTokenBillion, prefillSeconds, readTokens } from './prefill.ts'

/** What is assumed about the deployment: explicit, because it moves the figure more than the model does. */
export interface ApiScenario {
  /** Concurrent requests; null: not known, the normal case of an API. */
  readonly batch: number | null
  /** Bits per weight in the deployment; null: as published. */
  readonly bits: number | null
  /** Whether the server may answer one request at a time: any that is not of a provider known to share its replicas. */
  readonly mayServeOne?: boolean
}

export interface ApiEnergy {
  /** IT energy of the call: GPUs and host. */
  readonly energy: Estimate<'J'>
  readonly decode: Known<'J'>
  readonly prefill: Known<'J'>
  readonly host: Known<'J'>
  /** GPUs that hold the model. */
  readonly gpus: number
  /** Seconds for which the call holds a GPU. */
  readonly gpuSeconds: number
  /** The same at one request at a time where that is possible; else `gpuSeconds`. */
  readonly mostGpuSeconds: number
  /** Concurrent requests that the figures assume. */
  readonly batch: number
  /** What must stand beside the figure. */
  readonly notes: readonly string[]
}

/** p5.48xlarge host without GPUs, kW per GPU slot (EcoLogits 0.9.3 methodology: 1.2 kW over 8). */
const hostKwPerGpu = 1.2 / 8
/** GPU seconds of a call: those of generating, shared by the batch, and those of reading the prompt. */
export const gpuSeconds = (
  call: TokenUsage,
  activeBillions: number,
  { gpus, batch }: { readonly gpus: number; readonly batch: number },
): number =>
  (call.output * secondsPerToken(activeBillions, batch) * gpus) / batch +
  readTokens(call) * activeBillions * prefillSeconds

/** Joules of the hosts for so many GPU seconds. */
export const hostJoules = (seconds: number): number => seconds * hostKwPerGpu * 1000

/**
 * Energy of one API call with its interval: decode by the fit, prefill by arithmetic, host by time. Batch and
 * precision are variables, not hidden defaults. Not a measurement; never compare it with one.
 */
export function apiEnergy(call: TokenUsage, facts: ModelFacts, scenario: ApiScenario): ApiEnergy {
  if (scenario.batch === null && scenario.mayServeOne)
    return downToOne(
      apiEnergy(call, facts, { ...scenario, mayServeOne: false }),
      apiEnergy(call, facts, { ...scenario, batch: 1 }),
    )
  const batch = scenario.batch ?? decodeFit.at
  const bits = scenario.bits ?? facts.bits
  const gpus = gpusFor(facts.totalBillions.value, bits)
  const decode = decodeEnergy(call, facts, { batch: scenario.batch, bits })
  const prefill = prefillEnergy(call, facts)
  const busy = gpuSeconds(call, facts.activeBillions.value, { gpus, batch })
  const host = within('J', hostJoules(busy), errorAt(scenario.batch), {
    ...modeled,
    how: 'host power x GPU time',
    source: 'EcoLogits 0.9.3 methodology',
  })
  return {
    energy: add(add(decode, prefill), host),
    decode,
    prefill,
    host,
    gpus,
    gpuSeconds: busy,
    mostGpuSeconds: busy,
    batch,
    notes: [...batchNotes(scenario), ...notesOf(facts)],
  }
}

/** The estimate of an unknown batch with the high ends of one request at a time. */
function downToOne(usual: ApiEnergy, alone: ApiEnergy): ApiEnergy {
  const decode = widened(usual.decode, alone.decode)
  const host = widened(usual.host, alone.host)
  const energy = add(add(decode, usual.prefill), host)
  const joules = ({ decode, prefill, host }: ApiEnergy) => decode.value + prefill.value + host.value
  const ratio = joules(alone) / joules(usual) || 1
  return {
    ...{ ...usual, decode, host, energy },
    mostGpuSeconds: alone.gpuSeconds,
    notes: [
      `the batch size is unknown: a server like this may answer 1 to ${mostBatch} requests at a time, the center is ${decodeFit.at}, and 1 at a time takes x${plain(ratio, 2)} the energy of that; state the batch (--batch, \`servedBatch\`)`,
      ...usual.notes.slice(1),
    ],
  }
}

const widened = (usual: Known<'J'>, { high }: Known<'J'>): Known<'J'> => ({
  ...usual,
  high: Math.max(usual.high, high),
})

const modeled = { method: 'modeled', level: 0.9 } as const

const errorAt = (batch: number | null): readonly [number, number] =>
  batch === null ? decodeError.unknownBatch : decodeError.knownBatch

/** Parameters at one end of what is known of them. */
const sizeAt = (facts: ModelFacts, end: 'low' | 'value' | 'high'): Size => ({
  active: facts.activeBillions[end],
  total: facts.totalBillions[end],
})

function decodeEnergy(
  { output }: TokenUsage,
  facts: ModelFacts,
  { batch, bits }: { readonly batch: number | null; readonly bits: number },
): Known<'J'> {
  const joules = (size: Size) => output * decodeJoules(size, bits, batch ?? decodeFit.at)
  const [down, up] = errorAt(batch)
  // Below what was measured a token may take as much as of the smallest that was.
  const most = [sizeAt(facts, 'high'), smallestMeasured].map(joules)
  return known('J', {
    value: joules(sizeAt(facts, 'value')),
    low: joules(sizeAt(facts, 'low')) * down,
    high: Math.max(...most) * up,
    ...modeled,
    how: batch === null ? 'decode fit, batch unknown' : `decode fit at batch ${batch}`,
    source: `fit on ML.ENERGY v3; ${facts.source}`,
  })
}

const smallestMeasured: Size = { active: measuredSizes.from, total: measuredSizes.from }

function prefillEnergy(call: TokenUsage, facts: ModelFacts): Known<'J'> {
  const tokens = readTokens(call)
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

/** Requests that were answered at a time in the configurations measured, for the most part. */
const [leastBatch, mostBatch] = [8, '4,096'] as const

function batchNotes({ batch }: ApiScenario): readonly string[] {
  const [down, up] = decodeError.unknownBatch
  return batch === null
    ? [
        `the batch size is unknown: ${leastBatch} to ${mostBatch} requests at a time are assumed, as in the measured configurations, which with the error of the fit changes the energy by x${down} to x${up} (around batch ${decodeFit.at}); one request at a time takes more`,
      ]
    : []
}

function notesOf(facts: ModelFacts): readonly string[] {
  const size = effectiveSize(sizeAt(facts, 'value'))
  return [
    ...(size < measuredSizes.from
      ? [
          `no model below ${measuredSizes.from} billion parameters was measured: the estimate continues the line of larger ones, and its high end is that of ${measuredSizes.from} billion`,
        ]
      : []),
    ...(size > measuredSizes.to
      ? ['no model as large was measured: the estimate continues the line of smaller ones']
      : []),
    ...(facts.activeBillions.low < facts.activeBillions.high
      ? ['the number of parameters is not published, so a range is assumed']
      : []),
  ]
}

/** Up to this effective size a model below all that were measured cannot be told from another, billions. */
const toldApartFrom = 12

/** Throws where the order of two small models would rest on the line below what was measured. */
export function requireRankable(a: ModelFacts, b: ModelFacts): void {
  const sizes = [a, b].map((facts) => effectiveSize(sizeAt(facts, 'value')))
  if (Math.min(...sizes) < measuredSizes.from && Math.max(...sizes) <= toldApartFrom)
    throw new RightsizeError(
      'RANKING_REFUSED',
      `${a.model} and ${b.model} are too small to be ranked by an API estimate: below ${measuredSizes.from} billion parameters no model was measured`,
    )
}

/** M of one call, g: GPUs and host slots over 3 years, shared by the batch. */
export function apiEmbodied({
  gpuSeconds: seconds,
  mostGpuSeconds: most = seconds,
}: Pick<ApiEnergy, 'gpuSeconds'> & Partial<ApiEnergy>): Known<'gPerR'> {
  const [share, mostShare] = [seconds, most].map((s) => s / (3 * yearS)) as [number, number]
  const [gpu, host] = [embodiedDevice('h100').total, embodiedDevice(hostSlot.device).total]
  const perGpu = (end: 'low' | 'value' | 'high') => gpu[end] + host[end] * hostSlot.share
  return known('gPerR', {
    value: share * perGpu('value'),
    low: (share * perGpu('low')) / 4,
    high: mostShare * perGpu('high') * 4, // time and batch are not known better than x4
    ...modeled,
    how: 'GPU and host slot x GPU time / 3 years',
    source: 'NVIDIA H100 PCF; BoaviztAPI 2.4; EcoLogits 0.9.3 methodology',
  })
}
