import type { RuntimeContext } from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { secretsOf } from '../../../core/error/secret.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'

/** Where requests go and with which key. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** The interface that the address names, where it is the full address of a request; else null. */
  readonly api: Api | null
  readonly headers: Readonly<Record<string, string>>
  /** Cut out of every message. */
  readonly secrets: readonly string[]
}

/** Variables in which the hosted services keep their keys (source: each service's own quick start). */
const keyVariables: Readonly<Record<string, string>> = {
  'api.openai.com': 'OPENAI_API_KEY',
  'openrouter.ai': 'OPENROUTER_API_KEY',
  'api.mistral.ai': 'MISTRAL_API_KEY',
  'api.groq.com': 'GROQ_API_KEY',
  'api.together.xyz': 'TOGETHER_API_KEY',
  'api.deepseek.com': 'DEEPSEEK_API_KEY',
}

const openaiUrl = 'https://api.openai.com/v1'

/**
 * The endpoint of a candidate. A key is sent only where the candidate names its variable, or to the service that the
 * variable belongs to: never OPENAI_API_KEY to just any address.
 */
export function endpointOf(candidate: CandidateSpec, context: RuntimeContext): Endpoint {
  const { url, api } = routed(
    urlOf(candidate.baseUrl ?? context.env['OPENAI_BASE_URL'] ?? openaiUrl),
  )
  const variable = candidate.apiKeyEnv ?? keyVariables[url.hostname]
  const key = variable === undefined ? undefined : context.env[variable]
  if (variable !== undefined && !key)
    throw new RightsizeError('ENDPOINT_KEY_MISSING', `${variable} is not set`, {
      at: candidate.id,
      next: `export ${variable}=...`,
    })
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    api,
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    secrets: [...(key ? [key] : []), ...secretsOf(context.env)],
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new RightsizeError('ENDPOINT_BASE_URL', 'baseUrl is not an http address')
  if (url.username || url.password || url.search)
    throw new RightsizeError('ENDPOINT_BASE_URL', 'baseUrl holds credentials or a query', {
      next: 'Put the key into an environment variable and name it with apiKeyEnv.',
    })
  return url
}

/** The ways to ask an OpenAI-compatible endpoint. */
export type Api = 'chat' | 'completions' | 'embeddings'

/** Where the address of an interface ends, as people copy it from a page or a script. */
const routes: readonly (readonly [RegExp, Api])[] = [
  [/\/chat\/completions\/*$/, 'chat'],
  [/\/completions\/*$/, 'completions'],
  [/\/embeddings\/*$/, 'embeddings'],
]

/** A full address as its base and the interface that it names. */
function routed(url: URL): { readonly url: URL; readonly api: Api | null } {
  const route = routes.find(([ending]) => ending.test(url.pathname))
  if (!route) return { url, api: null }
  const base = new URL(url)
  base.pathname = url.pathname.replace(route[0], '')
  return { url: base, api: route[1] }
}
