import type { RuntimeContext } from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { secretsOf } from '../../../core/error/secret.ts'
import type { Api } from '../../../core/part/endpoint-runtimes.ts'
import { addressOf, runtimePart } from '../../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'

/** Where requests go, in which words, and with which key. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** Goes behind every path: empty, or `?api-version=...` of Azure. */
  readonly query: string
  readonly api: Api
  readonly headers: Readonly<Record<string, string>>
  readonly key: string | null
  /** Cut out of every message. */
  readonly secrets: readonly string[]
}

/** Variables in which the hosted services keep their keys, the first that is set (source: each service's own quick start). */
const keyVariables: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^api\.openai\.com$/, ['OPENAI_API_KEY']],
  [/\.azure\.com$/, ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY']],
  [/^api\.anthropic\.com$/, ['ANTHROPIC_API_KEY']],
  [
    /^generativelanguage\.googleapis\.com$/,
    ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
  ],
  [/^bedrock-runtime\..*\.amazonaws\.com$/, ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID']],
  [/^openrouter\.ai$/, ['OPENROUTER_API_KEY']],
  [/^api\.mistral\.ai$/, ['MISTRAL_API_KEY']],
  [/^api\.groq\.com$/, ['GROQ_API_KEY']],
  [/^api\.together\.xyz$/, ['TOGETHER_API_KEY']],
  [/^api\.deepseek\.com$/, ['DEEPSEEK_API_KEY']],
]

/**
 * The endpoint of a candidate. A key is sent only where the candidate names its variable, or to the service that the
 * variable belongs to: never OPENAI_API_KEY to just any address.
 */
export function endpointOf(candidate: CandidateSpec, context: RuntimeContext): Endpoint {
  const { env } = context
  const url = urlOf(filled(addressOf(candidate, env) ?? '', env))
  const { base, api } = routed(url, apiOf(candidate))
  const key = keyOf(candidate, url.hostname, env)
  return {
    baseUrl: withVersion(base, api, candidate)
      .href.replace(/[?].*$/, '')
      .replace(/\/+$/, ''),
    query: api === 'azure' ? azureQuery(url, candidate, env) : '',
    api,
    headers: { 'content-type': 'application/json', ...(key === null ? {} : authOf(api, key)) },
    key,
    secrets: [...(key ? [key] : []), ...secretsOf(env)],
  }
}

type Env = RuntimeContext['env']

/** An address from the table or the environment with its gaps filled: region, resource, scheme. */
function filled(address: string, env: Env): string {
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1'
  const text = address
    .replace('REGION', region)
    .replace('RESOURCE', env['AZURE_RESOURCE_NAME'] ?? 'RESOURCE')
  if (text.includes('RESOURCE'))
    throw new RightsizeError('ENDPOINT_BASE_URL', 'the resource of Azure OpenAI is not named', {
      next: 'Set `baseUrl`, or export AZURE_OPENAI_ENDPOINT=https://NAME.openai.azure.com.',
    })
  return /^[\w.-]+(:\d+)?$/.test(text) ? `http://${text}` : text
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new RightsizeError('ENDPOINT_BASE_URL', 'baseUrl is not an http address')
  const query = [...url.searchParams.keys()].filter((name) => name !== 'api-version')
  if (url.username || url.password || query.length > 0)
    throw new RightsizeError('ENDPOINT_BASE_URL', 'baseUrl holds credentials or a query', {
      next: 'Put the key into an environment variable and name it with apiKeyEnv.',
    })
  return url
}

const apis: readonly Api[] = ['chat', 'completions', 'embeddings', 'responses']

/** What the candidate asks for, else what its kind speaks. */
function apiOf({ runtime, settings }: CandidateSpec): Api {
  const own = runtimePart(runtime).endpoint?.api ?? 'chat'
  const asked = apis.find((api) => api === settings['api'])
  return asked === undefined || (own === 'azure' && asked === 'chat') ? own : asked
}

/** Where the address of an interface ends, as people copy it from a page or a script. */
const routes: readonly (readonly [RegExp, Api])[] = [
  [/\/openai\/deployments\/[^/]+\/chat\/completions\/*$/, 'azure'],
  [/\/chat\/completions\/*$/, 'chat'],
  [/\/completions\/*$/, 'completions'],
  [/\/embeddings\/*$/, 'embeddings'],
  [/\/responses\/*$/, 'responses'],
  [/\/messages\/*$/, 'messages'],
  [/\/models\/[^/]+:generateContent\/*$/, 'gemini'],
  [/\/model\/[^/]+\/converse\/*$/, 'converse'],
  [/\/api\/(chat|generate)\/*$/, 'ollama'],
]

/** A full address as its base and the interface that it names. */
function routed(url: URL, api: Api): { readonly base: URL; readonly api: Api } {
  const base = new URL(url)
  const route = routes.find(([ending]) => ending.test(url.pathname))
  if (!route) return { base, api: api === 'ollama' && /\/v1\/*$/.test(url.pathname) ? 'chat' : api }
  const [ending, named] = route
  const behind = named === 'azure' ? /\/chat\/completions\/*$/ : ending
  base.pathname = url.pathname.replace(behind, '')
  return { base, api: api === 'azure' ? api : named }
}

/** What a vendor's own client adds to an address without a path: the version, or the deployment. */
function withVersion(url: URL, api: Api, { model = '' }: CandidateSpec): URL {
  if (url.pathname.length > 1) return url
  const versions: Partial<Record<Api, string>> = {
    messages: '/v1',
    gemini: '/v1beta',
    azure: `/openai/deployments/${encodeURIComponent(model)}`,
  }
  const full = new URL(url)
  full.pathname = versions[api] ?? ''
  return full
}

/** The version of Azure's interface that has no date any more is `/openai/v1`, which takes no query. */
function azureQuery(url: URL, { settings }: CandidateSpec, env: Env): string {
  if (/\/openai\/v1\b/.test(url.pathname)) return ''
  const written = settings['apiVersion'] ?? url.searchParams.get('api-version')
  return `?api-version=${written ?? env['OPENAI_API_VERSION'] ?? '2024-10-21'}`
}

function keyOf(candidate: CandidateSpec, host: string, env: Env): string | null {
  const named = candidate.apiKeyEnv
  const variables =
    named === undefined ? keyVariables.find(([pattern]) => pattern.test(host))?.[1] : [named]
  if (variables === undefined) return null
  const key = variables.map((variable) => env[variable]).find((value) => value)
  if (key !== undefined) return key
  throw new RightsizeError('ENDPOINT_KEY_MISSING', `${variables.join(' or ')} is not set`, {
    at: candidate.id,
    next: `export ${variables[0]}=...`,
  })
}

function authOf(api: Api, key: string): Readonly<Record<string, string>> {
  if (api === 'azure') return { 'api-key': key }
  if (api === 'gemini') return { 'x-goog-api-key': key }
  if (api === 'messages') return { 'x-api-key': key, 'anthropic-version': '2023-06-01' }
  return { authorization: `Bearer ${key}` }
}
