import type { RuntimeContext } from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { secretsOf } from '../../../core/error/secret.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'

/** Where requests go and with which key. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  /** Cut out of every message. */
  readonly secrets: readonly string[]
  readonly local: boolean
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
  const url = urlOf(candidate.baseUrl ?? context.env['OPENAI_BASE_URL'] ?? openaiUrl)
  const variable = candidate.apiKeyEnv ?? keyVariables[url.hostname]
  const key = variable === undefined ? undefined : context.env[variable]
  if (variable !== undefined && !key)
    throw new RightsizeError('ENDPOINT_KEY_MISSING', `${variable} is not set`, {
      at: candidate.id,
      next: `export ${variable}=...`,
    })
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    secrets: [...(key ? [key] : []), ...secretsOf(context.env)],
    local: isLocal(url.hostname),
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

/** Whether the address is this machine. */
export function isLocal(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(hostname)
}
