import { addressOf, runtimePart } from '../part/runtimes.ts'
import type { ModelFacts } from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { GridFactor, Usage } from '../result/usage.ts'
import type { CandidateSpec } from '../spec/spec.ts'
import { convert } from '../unit/arithmetic.ts'
import { exact } from '../unit/known.ts'
import type { FactorModel } from '../unit/simulate.ts'
import { apiEmbodied, apiEnergy } from './api-energy.ts'
import { modelFacts } from './model-facts.ts'
import type { ModelTable } from './model-table.ts'
import { modeledEnergy } from './modeled-energy.ts'
import type { PriceTable } from './prices.ts'
import { providerOfUrl, providerSite } from './provider-site.ts'

export interface ApiContext {
  readonly models: ModelTable
  readonly prices: PriceTable
  /** The annual factor of a zone. */
  readonly gridOf: (zone: string) => GridFactor
}

export interface ApiAccount {
  readonly id: string
  readonly provider: string
  readonly facts: ModelFacts
  readonly usage: Usage
  readonly notes: readonly string[]
}

/** A server that is none of the known providers, one's own among them. */
export const otherHost = 'another host'

const otherHostNote =
  "nothing is known of its host: the world's mean grid and a PUE of 1.1 to 1.6 are assumed; a meter bound to it (`energy:`) replaces the estimate"

/** The meter name of estimates from a call alone: never compared with a measured one. */
export const apiMeter = 'api-estimate'

/**
 * An estimated usage for a candidate behind a server that no meter sees, whoever runs that server; null where it answers
 * in a process of ours, its tokens were not counted, or nobody told how large the model is.
 */
export function apiUsage(
  candidate: CandidateResult,
  spec: CandidateSpec | undefined,
  context: ApiContext,
): ApiAccount | null {
  const { cost } = candidate
  if (cost.energyPerItem.kind === 'known' || cost.tokensPerItem === null) return null
  if (spec === undefined || !runtimePart(spec.runtime).talks) return null
  const provider = providerOfUrl(addressOf(spec, {}) ?? '') ?? otherHost
  const facts = hostedFacts({ ...spec, model: candidate.model }, candidate.identity, context.models)
  if (facts === null) return null
  const { input, output } = cost.tokensPerItem
  const call = { inputTokens: input, outputTokens: output }
  const estimate = apiEnergy(call, facts, { batch: servedBatch(candidate), bits: null })
  const site = providerSite(provider)
  return {
    id: candidate.id,
    provider,
    facts,
    notes: provider === otherHost ? [...estimate.notes, otherHostNote] : estimate.notes,
    usage: {
      candidate: candidate.id,
      meter: apiMeter,
      answers: Math.max(1, candidate.n),
      energy: convert(estimate.energy, 'JPerItem'),
      idle: exact('JPerItem', 0, 'included in the estimate'),
      pue: site.pue,
      grid: context.gridOf(site.zone),
      embodied: { kind: 'given', perItem: apiEmbodied(estimate) },
      acceptRate: candidate.acceptRate,
    },
  }
}

/** Concurrent requests as `settings.servedBatch` states them. */
function servedBatch({ settings }: { readonly settings: Readonly<Record<string, unknown>> }) {
  const batch = settings['servedBatch']
  return typeof batch === 'number' && batch > 0 ? batch : null
}

/** Facts from the spec, from what the runtime found, or from the table; null where there are none. */
export function hostedFacts(
  spec: CandidateSpec,
  identity: {
    readonly parameters?: number | null
    readonly activeParameters?: number | null
  } | null,
  models: ModelTable,
): ModelFacts | null {
  const model = spec.model ?? spec.runtime
  const parameters = spec.parameters ?? identity?.parameters ?? undefined
  const active = spec.activeParameters ?? identity?.activeParameters ?? undefined
  if (parameters !== undefined)
    return modelFacts(model, models, {
      parameters,
      ...(active === undefined ? {} : { activeParameters: active }),
    })
  try {
    return modelFacts(model, models)
  } catch {
    return null // stated in the account: its size is unknown
  }
}

/**
 * The joules of an answer of a candidate behind a server, for comparisons; null as in `apiUsage`, where its work is not
 * behind one, its tokens were not counted, or nobody stated how large the model is.
 */
export function hostedEnergy(
  spec: CandidateSpec,
  facts: ModelFacts | null,
  tokens: { readonly input: number; readonly output: number } | null,
): FactorModel | null {
  if (facts === null || tokens === null || !runtimePart(spec.runtime).talks) return null
  const address = addressOf(spec, {}) ?? ''
  const call = { inputTokens: tokens.input, outputTokens: tokens.output }
  const host = providerOfUrl(address) ?? address
  return modeledEnergy(call, facts, { host, batch: servedBatch(spec) })
}
