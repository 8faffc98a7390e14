import type { Known } from '../unit/estimate.ts'
import { known } from '../unit/known.ts'

interface ProviderRow {
  readonly zone: string
  readonly pue: readonly [number, number]
  /** L per kWh of IT energy. */
  readonly wue: readonly [number, number]
}

/** Data-centre defaults by API provider. Source: EcoLogits 0.9.3 tracers/utils.py, after the providers' reports. */
export const providerTable = {
  anthropic: { zone: 'USA', pue: [1.09, 1.14], wue: [0.13, 0.999] },
  cohere: { zone: 'USA', pue: [1.09, 1.09], wue: [0.999, 0.999] },
  google: { zone: 'USA', pue: [1.09, 1.09], wue: [0.999, 0.999] },
  huggingface: { zone: 'USA', pue: [1.09, 1.14], wue: [0.13, 0.99] },
  mistral: { zone: 'SWE', pue: [1.16, 1.16], wue: [0.09, 0.09] },
  openai: { zone: 'USA', pue: [1.2, 1.2], wue: [0.569, 0.569] },
} as const satisfies Record<string, ProviderRow>

/** A server that is none of the known providers, one's own among them. */
export const otherHost = 'another host'

export type ProviderId = keyof typeof providerTable

const isProvider = (name: string): name is ProviderId => Object.hasOwn(providerTable, name)

export interface ProviderSite {
  readonly provider: string
  /** Zone to look the grid factor up with. */
  readonly zone: string
  readonly pue: Known<'ratio'>
  /** L per kWh; a ratio here because no unit of water exists among estimates. */
  readonly wue: Known<'ratio'>
}

/** Where a provider computes, as far as it is known; WORLD and PUE 1.1 to 1.6 for one that is not. */
export function providerSite(provider: string): ProviderSite {
  const row: ProviderRow = isProvider(provider) ? providerTable[provider] : unknownProvider
  return {
    provider,
    zone: row.zone,
    pue: middle(row.pue, 'PUE', provider),
    wue: middle(row.wue, 'WUE', provider),
  }
}

const unknownProvider: ProviderRow = { zone: 'WORLD', pue: [1.1, 1.6], wue: [0.09, 0.999] }

/** The provider behind a base URL; null where the host says nothing. */
export function providerOfUrl(url: string): ProviderId | null {
  const hosts: readonly (readonly [RegExp, ProviderId])[] = [
    [/(^|\.)openai\.(com|azure\.com)/, 'openai'],
    [/(^|\.)anthropic\.com/, 'anthropic'],
    [/(^|\.)mistral\.ai/, 'mistral'],
    [/(^|\.)cohere\.(com|ai)/, 'cohere'],
    [/(^|\.)googleapis\.com/, 'google'],
    [/(^|\.)huggingface\.co/, 'huggingface'],
  ]
  const host = /^https?:\/\/([^/:]+)/.exec(url)?.[1] ?? ''
  return hosts.find(([pattern]) => pattern.test(host))?.[1] ?? null
}

/**
 * Whether an address is of the machine or the network of the user: localhost, the private ranges of RFC 1918, link-local and
 * loopback addresses, names below .local and .internal.
 */
export function isOwnAddress(url: string): boolean {
  const host = /^https?:\/\/(\[[^\]]*\]|[^/:]+)/i.exec(url)?.[1]?.toLowerCase() ?? ''
  return (
    /^(localhost|0\.0\.0\.0|\[::1\])$|\.(localhost|local|internal)$/.test(host) ||
    /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))(\.\d+){1,3}$/.test(host)
  )
}

/**
 * The provider behind a word of EcoLogits, OpenTelemetry (gen_ai.provider.name) or LiteLLM (custom_llm_provider); null for
 * hubs and clouds that serve models of others, whose sites are not known.
 */
export function providerNamed(word: string): ProviderId | null {
  const words: Readonly<Record<string, ProviderId>> = {
    ...{ anthropic: 'anthropic', cohere: 'cohere', openai: 'openai', huggingface: 'huggingface' },
    ...{ google: 'google', google_genai: 'google', gemini: 'google', vertex_ai: 'google' },
    ...{ 'gcp.gemini': 'google', 'gcp.vertex_ai': 'google', 'gcp.gen_ai': 'google' },
    ...{ mistral: 'mistral', mistralai: 'mistral', mistral_ai: 'mistral' },
    ...{ azure: 'openai', 'azure.ai.openai': 'openai' },
  }
  return Object.hasOwn(words, word) ? (words[word] ?? null) : null
}

function middle(
  [low, high]: readonly [number, number],
  what: string,
  provider: string,
): Known<'ratio'> {
  return known('ratio', {
    value: (low + high) / 2,
    low,
    high,
    method: 'sourced',
    how: `${what} of ${provider}`,
    source: "EcoLogits 0.9.3 tracers/utils.py, after the providers' reports",
  })
}
