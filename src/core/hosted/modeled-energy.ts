import type { TokenUsage } from '../data/answer.ts'
import type { ModelFacts } from '../result/account.ts'
import { type Factor, factor } from '../unit/factor.ts'
import { exact, within } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import type { FactorModel } from '../unit/simulate.ts'
import {
  apiError,
  batchFit,
  hostJoules,
  prefillError,
  prefillPerTokenBillion,
} from './api-energy.ts'
import { gpuEnergyPerToken, gpusFor } from './ecologits.ts'

/** Who answers a call, and with how many at a time. */
export interface Serving {
  /** Name of the host: the same model at the same host has one error, whoever asks it. */
  readonly host: string
  /** Concurrent requests; null: not known. */
  readonly batch: number | null
}

/**
 * Joules of one call as a function of what is uncertain in them, for comparing two candidates: the factors are those of
 * `apiEnergy`, named so that what two candidates share is drawn once. At one host all share the utilization of the prefill;
 * two candidates with one model there also its size and the error of the regression, so that only their tokens differ.
 */
export function modeledEnergy(
  { input, output, cachedInput = 0 }: TokenUsage,
  facts: ModelFacts,
  { host, batch }: Serving,
): FactorModel {
  const at = batch ?? batchFit.at
  const gpus = gpusFor(facts.totalBillions.value, facts.bits)
  const centre = batch === null ? 1 : batchFit.centre * (batch / batchFit.at) ** -batchFit.exponent
  const decode = (billions: number) =>
    output * gpus * gpuEnergyPerToken(billions, batchFit.at) * joulesPerKwh * centre
  const prefill = (billions: number) => (input - cachedInput) * billions * prefillPerTokenBillion
  return {
    factors: factorsOf(facts, { host, batch }),
    value: ([billions = 0, error = 0, reading = 0]) =>
      (decode(billions) + hostJoules(output, billions, { gpus, batch: at })) * error +
      prefill(billions) * reading,
  }
}

function factorsOf(facts: ModelFacts, { host, batch }: Serving): readonly Factor[] {
  const which = `${facts.model} at ${host}`
  const about = { method: 'modeled', level: 0.9, source: 'ML.ENERGY v3, EcoLogits 0.9.3' } as const
  const spread = batch === null ? apiError.unknownBatch : apiError.knownBatch
  const error = within('ratio', 1, spread, { ...about, how: 'error of the decode regression' })
  const reading = within('ratio', 1, prefillError, { ...about, how: 'utilization of the prefill' })
  const isExact = facts.activeBillions.low === facts.activeBillions.high
  const billions = isExact
    ? exact('count', facts.activeBillions.value, facts.source)
    : facts.activeBillions
  return [
    // A stated size is the candidate's own; one that is a range is the same unknown for all who ask the model.
    factor(`active parameters of ${which}${isExact ? `: ${billions.value}` : ''}`, billions),
    factor(`decode of ${which}, batch ${batch ?? 'unknown'}`, error),
    factor(`utilization of the prefill at ${host}`, reading),
  ]
}
