import type { TokenUsage } from '../data/answer.ts'
import type { ModelFacts } from '../result/account.ts'
import { type Factor, factor } from '../unit/factor.ts'
import { exact, within } from '../unit/known.ts'
import type { FactorModel } from '../unit/simulate.ts'
import { gpuSeconds, hostJoules } from './api-energy.ts'
import { decodeError, decodeFit, decodeJoules } from './decode-fit.ts'
import { gpusFor } from './ecologits.ts'
import { prefillError, prefillPerTokenBillion, readTokens } from './prefill.ts'

/** Who answers a call, and with how many at a time. */
export interface Serving {
  /** Name of the host: the same model at the same host has one error, whoever asks it. */
  readonly host: string
  /** Concurrent requests; null: not known. */
  readonly batch: number | null
  /** As in `ApiScenario`. */
  readonly mayServeOne?: boolean
}

/**
 * Joules of one call as a function of what is uncertain in them, for comparing two candidates: the factors are those of
 * `apiEnergy`, named so that what two candidates share is drawn once. At one host all share the utilization of the prefill;
 * two candidates with one model there also its size and the error of the regression, so that only their tokens differ.
 */
export function modeledEnergy(call: TokenUsage, facts: ModelFacts, serving: Serving): FactorModel {
  const { batch } = serving
  const at = batch ?? decodeFit.at
  const { bits, totalBillions } = facts
  const gpus = gpusFor(totalBillions.value, bits)
  const { output } = call
  const answering = (active: number, batch: number) =>
    output * decodeJoules({ active, total: totalBillions.value }, bits, batch) +
    hostJoules(gpuSeconds(call, active, { gpus, batch }))
  const { value: size } = facts.activeBillions
  const prefill = (active: number) => readTokens(call) * active * prefillPerTokenBillion
  return {
    factors: factorsOf(facts, serving, answering(size, 1) / answering(size, at) || 1),
    value: ([billions = 0, error = 0, reading = 0]) =>
      answering(billions, at) * error + prefill(billions) * reading,
  }
}

/** `alone`: joules of one request at a time over those at the batch assumed. */
function factorsOf(
  facts: ModelFacts,
  { host, batch, mayServeOne = false }: Serving,
  alone: number,
): readonly Factor[] {
  const which = `${facts.model} at ${host}`
  const about = { method: 'modeled', level: 0.9, source: 'fit on ML.ENERGY v3' } as const
  const { unknownBatch, knownBatch } = decodeError
  const unknown = [
    unknownBatch[0],
    Math.max(unknownBatch[1], mayServeOne ? alone * knownBatch[1] : 0),
  ] as const
  const spread = batch === null ? unknown : knownBatch
  const error = within('ratio', 1, spread, { ...about, how: 'error of the decode fit' })
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
