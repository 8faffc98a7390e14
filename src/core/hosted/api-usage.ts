import { ratioOf, sourceOf } from '../carbon/stated-factor.ts'
import type { TokenUsage } from '../data/answer.ts'
import { addressOf, runtimeFor, runtimePart } from '../part/runtimes.ts'
import type { ModelFacts } from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { GridFactor, Usage } from '../result/usage.ts'
import type { CandidateSpec, StatedFactor } from '../spec/spec.ts'
import type { Known } from '../unit/estimate.ts'
import type { FactorModel } from '../unit/simulate.ts'
import { apiEnergy } from './api-energy.ts'
import { callUsage, type HostedPlace } from './call-usage.ts'
import { isUnestimated, modelFacts } from './model-facts.ts'
import { findModel, type ModelTable } from './model-table.ts'
import { modeledEnergy } from './modeled-energy.ts'
import type { PriceTable } from './prices.ts'
import { isOwnAddress, otherHost, providerNamed, providerOfUrl } from './provider-site.ts'

export interface ApiContext {
  readonly models: ModelTable
  readonly prices: PriceTable
  /** The annual factor of a zone. */
  readonly gridOf: (zone: string) => GridFactor
}

/** Grid and PUE that the account states: those of a server at an address of the user's own. */
export type OwnPlace = Pick<HostedPlace, 'grid' | 'pue'>

export interface ApiAccount {
  readonly id: string
  readonly provider: string
  readonly facts: ModelFacts
  readonly usage: Usage
  readonly notes: readonly string[]
}

/**
 * An estimated usage for a candidate behind a server that no meter sees, whoever runs that server; null where it answers
 * in a process of ours, its tokens were not counted, or nobody told how large the model is.
 */
export function apiUsage(
  candidate: CandidateResult,
  spec: CandidateSpec | undefined,
  context: ApiContext,
  own: OwnPlace = {},
): ApiAccount | null {
  const { cost, id, n: answers, acceptRate } = candidate
  if (cost.energyPerItem.kind === 'known' || cost.tokensPerItem === null) return null
  if (spec === undefined || !isHosted(spec)) return null
  const asked = { ...spec, model: candidate.model }
  const facts = hostedFacts(asked, candidate.identity, context.models)
  if (facts === null) return null
  const provider = providerOf(spec, facts.model, context.models)
  const { servedBatch: batch = null } = spec
  const calls = { id, answers, tokens: cost.tokensPerItem, provider, batch, acceptRate }
  const isOwn = isOwnAddress(addressOf(spec, {}) ?? '')
  const { usage, notes } = callUsage(calls, facts, isOwn ? { ...context, ...own } : context)
  return { id, provider, facts, usage, notes: [...notes, ...gridNotes(usage, isOwn, own)] }
}

/** Which grid was used, where the account states one. */
function gridNotes({ grid }: Usage, isOwn: boolean, own: OwnPlace): readonly string[] {
  if (own.grid === undefined) return []
  return [
    isOwn
      ? `its address is of your own network, so it is on the grid of the account (${grid.name})`
      : `it runs elsewhere: the grid is ${grid.name} ${grid.period}, not that of the account (${own.grid.name})`,
  ]
}

/** Whether the answers of a candidate come from a model behind a server: asked now, or on another day. */
export const isHosted = ({ runtime }: Pick<CandidateSpec, 'runtime'>): boolean =>
  runtimePart(runtime).talks || runtime === runtimeFor.answers

/** The model that a candidate asks; answers that are stored are of the model that their candidate is named after. */
const askedModel = ({ id, runtime, model }: CandidateSpec): string =>
  runtime === runtimeFor.answers ? id : (model ?? runtime)

/** Whose server answers: that of the address, for stored answers the one that alone serves such a model. */
function providerOf(spec: CandidateSpec, model: string, models: ModelTable): string {
  const address = addressOf(spec, {})
  const named =
    address === null
      ? providerNamed(findModel(model, models)?.row.provider ?? '')
      : providerOfUrl(address)
  return named ?? otherHost
}

/** The ends of a stated size that has an interval. */
function endsOf(size: StatedFactor | undefined): readonly [number, number] | undefined {
  if (size === undefined || (size.low ?? size.high) === undefined) return undefined
  const [less, more] = ratioOf(size, [1, 1])
  return [size.value * less, size.value * more]
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
  const model = askedModel(spec)
  const parameters = spec.parameters ?? identity?.parameters ?? undefined
  const active = spec.activeParameters ?? identity?.activeParameters ?? undefined
  const stated = {
    ...(parameters === undefined
      ? {}
      : { parameters: endsOf(spec.stated?.parameters) ?? parameters }),
    ...(active === undefined
      ? {}
      : { activeParameters: endsOf(spec.stated?.activeParameters) ?? active }),
    ...(spec.stated?.parameters ? { source: sourceOf(spec.stated.parameters) } : {}),
  }
  try {
    return modelFacts(model, models, stated)
  } catch (error) {
    if (isUnestimated(error)) return null
    throw error
  }
}

/** The joules of an answer of such tokens before anybody asked; null where it is not behind a server or its size is unknown. */
export function hostedPrior(
  spec: CandidateSpec,
  tokens: TokenUsage,
  models: ModelTable,
): Known<'JPerItem'> | null {
  if (!runtimePart(spec.runtime).talks) return null
  const facts = hostedFacts(spec, null, models)
  if (facts === null) return null
  const { servedBatch: batch = null } = spec
  const mayServeOne = providerOf(spec, facts.model, models) === otherHost
  const { energy } = apiEnergy(tokens, facts, { batch, bits: null, mayServeOne })
  return energy.kind === 'known' ? { ...energy, unit: 'JPerItem' } : null
}

/**
 * The joules of an answer of a candidate behind a server, for comparisons; null as in `apiUsage`, where its work is not
 * behind one, its tokens were not counted, or nobody stated how large the model is.
 */
export function hostedEnergy(
  spec: CandidateSpec,
  facts: ModelFacts | null,
  tokens: TokenUsage | null,
): FactorModel | null {
  if (facts === null || tokens === null || !isHosted(spec)) return null
  const address = addressOf(spec, {})
  const provider = address === null ? null : providerOfUrl(address)
  return modeledEnergy(tokens, facts, {
    host: provider ?? address ?? '',
    batch: spec.servedBatch ?? null,
    mayServeOne: address !== null && provider === null,
  })
}
