import { acceptRateOf } from '../carbon/figures.ts'
import type { ImportedUse } from '../carbon/imported-use.ts'
import { pueOf } from '../carbon/site.ts'
import type { TokenUsage } from '../data/answer.ts'
import { RightsizeError } from '../error/error.ts'
import type { ModelFacts } from '../result/account.ts'
import type { GridFactor } from '../result/usage.ts'
import { requireSize } from '../spec/stated-size.ts'
import { callUsage, type HostedUsage } from './call-usage.ts'
import { modelFacts, type StatedFacts } from './model-facts.ts'
import { type Billions, findModel, type ModelTable } from './model-table.ts'
import { otherHost, providerNamed, providerOfUrl } from './provider-site.ts'

/** Calls of a model behind an API as a person states them. */
export interface CallFigures {
  readonly model: string
  /** Tokens of one answer. */
  readonly tokens: TokenUsage
  /** A provider's name, or the address of the server; the provider that serves the model under this name where absent. */
  readonly host?: string | undefined
  /** Requests that the server answers at a time. */
  readonly batch?: number | undefined
  readonly parameters?: Billions | undefined
  readonly activeParameters?: Billions | undefined
  /** Answers; 1 where not stated. */
  readonly requests?: number | undefined
  readonly accepted?: number | undefined
  readonly grid?: GridFactor | undefined
  readonly pue?: number | null | undefined
}

export interface CallContext {
  readonly models: ModelTable
  /** The annual factor of a zone. */
  readonly gridOf: (zone: string) => GridFactor
}

/**
 * The usage of such calls. Throws MODEL_FACTS_UNKNOWN where nobody knows how large the model is, FUNCTIONAL_UNIT_ZERO without
 * answers, QUANTITY_INVALID for more cached than input tokens or an impossible size, FLAGS_MISSING for active parameters alone.
 */
export function usageOfCalls(figures: CallFigures, context: CallContext): HostedUsage {
  const { model, tokens, requests: answers = 1, accepted, batch = null, grid, pue } = figures
  if (!(answers > 0))
    throw new RightsizeError('FUNCTIONAL_UNIT_ZERO', `R is ${answers}: nothing was answered`)
  if ((tokens.cachedInput ?? 0) > tokens.input)
    throw new RightsizeError(
      'QUANTITY_INVALID',
      `${tokens.cachedInput} cached tokens are more than the ${tokens.input} of the input`,
    )
  const facts = modelFacts(model, context.models, statedOf(figures))
  const provider = providerOf(figures, context)
  const place = {
    gridOf: context.gridOf,
    ...(grid === undefined ? {} : { grid }),
    ...(pue == null ? {} : { pue: pueOf(pue) }),
  }
  const acceptRate = acceptRateOf(accepted, answers)
  const { usage, notes } = callUsage(
    { id: model, answers, tokens, provider, batch, acceptRate },
    facts,
    place,
  )
  return { usage, notes: [factsNote(facts), ...notes] }
}

function statedOf({ model, parameters, activeParameters }: CallFigures): StatedFacts {
  requireSize(model, parameters, activeParameters)
  if (activeParameters !== undefined && parameters === undefined)
    throw new RightsizeError('FLAGS_MISSING', '--active-parameters needs --parameters', {
      next: 'For example: --parameters 47e9 --active-parameters 13e9',
    })
  return {
    ...(parameters === undefined ? {} : { parameters }),
    ...(activeParameters === undefined ? {} : { activeParameters }),
  }
}

function providerOf({ host, model }: CallFigures, { models }: CallContext): string {
  const served = () => providerNamed(findModel(model, models)?.row.provider ?? '')
  const named = host === undefined ? served() : (providerNamed(host) ?? providerOfUrl(host))
  return named ?? otherHost
}

function factsNote({ model, activeBillions, totalBillions, source }: ModelFacts): string {
  const text = ({ low, high }: typeof totalBillions) =>
    low === high ? `${low}` : `${low} to ${high}`
  return `${model}: ${text(totalBillions)} billion parameters, ${text(activeBillions)} used per token (${source})`
}

/**
 * The estimated usage of tokens that another tool recorded; null where it recorded energy, no tokens, or no number of
 * answers. Throws MODEL_FACTS_UNKNOWN as `usageOfCalls` does.
 */
export function usageOfTokens(
  use: ImportedUse,
  figures: Pick<CallFigures, 'requests' | 'accepted' | 'grid' | 'pue'>,
  context: CallContext,
): HostedUsage | null {
  const { energyKwh, tokens, requests } = use
  const counted = requests ?? figures.requests ?? null
  if (energyKwh !== null || tokens === null || counted === null || !(counted > 0)) return null
  const each = (sum: number) => sum / counted
  const { input, output, cachedInput } = tokens
  const mean = { input: each(input), output: each(output), cachedInput: each(cachedInput) }
  const { provider } = use
  return usageOfCalls(
    {
      ...{ requests: counted, ...figures, model: use.name, tokens: mean },
      ...(provider == null ? {} : { host: provider }),
    },
    context,
  )
}
