import type { TokenUsage } from '../data/answer.ts'
import type { ModelFacts } from '../result/account.ts'
import type { GridFactor, Usage } from '../result/usage.ts'
import { convert } from '../unit/arithmetic.ts'
import type { Estimate, Known } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { apiEmbodied, apiEnergy } from './api-energy.ts'
import { otherHost, providerSite } from './provider-site.ts'

/** Answers of a model behind a server: whose they are, and what one of them took on average. */
export interface HostedCalls {
  readonly id: string
  readonly answers: number
  /** Tokens of one answer. */
  readonly tokens: TokenUsage
  /** A provider of provider-site.ts; any other word is a host of which nothing is known. */
  readonly provider: string
  /** Concurrent requests; null: not known. */
  readonly batch: number | null
  readonly acceptRate: Estimate<'share'>
}

/** Where the server stands, as far as somebody states it; the provider's own site where not. */
export interface HostedPlace {
  readonly grid?: GridFactor
  readonly pue?: Known<'ratio'>
  /** The annual factor of a zone. */
  readonly gridOf: (zone: string) => GridFactor
}

export interface HostedUsage {
  readonly usage: Usage
  /** What must stand beside the figure. */
  readonly notes: readonly string[]
}

/** The meter name of estimates from a call alone: never compared with a measured one. */
export const apiMeter = 'api-estimate'

/** The estimated usage of such answers: energy and embodied carbon from tokens and facts, grid and PUE of the place. */
export function callUsage(calls: HostedCalls, facts: ModelFacts, place: HostedPlace): HostedUsage {
  const isUnknown = calls.provider === otherHost
  const scenario = { batch: calls.batch, bits: null, mayServeOne: isUnknown }
  const estimate = apiEnergy(calls.tokens, facts, scenario)
  const site = providerSite(calls.provider)
  return {
    usage: {
      candidate: calls.id,
      meter: apiMeter,
      answers: Math.max(1, calls.answers),
      energy: convert(estimate.energy, 'JPerItem'),
      idle: exact('JPerItem', 0, 'included in the estimate'),
      pue: place.pue ?? site.pue,
      grid: place.grid ?? place.gridOf(site.zone),
      embodied: { kind: 'given', perItem: apiEmbodied(estimate) },
      acceptRate: calls.acceptRate,
    },
    notes: isUnknown ? [...estimate.notes, otherHostNote(place)] : estimate.notes,
  }
}

function otherHostNote({ grid, pue }: HostedPlace): string {
  const assumed = [
    ...(grid === undefined ? ["the world's mean grid"] : []),
    ...(pue === undefined ? ['a PUE of 1.1 to 1.6'] : []),
  ]
  const meter = 'a meter bound to it (`energy:`) replaces the estimate'
  return assumed.length === 0
    ? `nothing is known of its host; ${meter}`
    : `nothing is known of its host: ${assumed.join(' and ')} ${assumed.length > 1 ? 'are' : 'is'} assumed; ${meter}`
}
