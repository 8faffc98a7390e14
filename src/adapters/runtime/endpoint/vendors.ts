import { RightsizeError } from '../../../core/error/error.ts'
import { type PackageName, packages } from '../../../core/part/packages.ts'
import type { Asking } from './client.ts'
import type { Json } from './reply.ts'
import type { SdkModel } from './sdk.ts'

export type SdkApi = 'responses' | 'messages' | 'gemini' | 'converse'

/** One vendor's package of the AI SDK. */
interface Vendor {
  /** Under which its own options are handed over. */
  readonly name: string
  /** `settings.reasoningEffort` in the vendor's words. */
  readonly effort: (effort: string, model: string) => Json
  readonly open: (asking: Asking, fetch: typeof globalThis.fetch) => Promise<SdkModel>
}

/** Gemini 2.5 takes a budget of tokens for a word (source: Google's page on OpenAI compatibility). */
const thinkingTokens: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
}

export const vendors: Readonly<Record<SdkApi, Vendor>> = {
  responses: {
    name: 'openai',
    // Whoever asks for effort has a reasoning model, whatever its name.
    effort: (reasoningEffort) => ({ reasoningEffort, forceReasoning: true }),
    open: async ({ endpoint, candidate }, fetch) => {
      const { createOpenAI } = await loaded('@ai-sdk/openai', () => import('@ai-sdk/openai'))
      const { baseUrl: baseURL, key } = endpoint
      return createOpenAI({ baseURL, apiKey: key ?? noKey, fetch }).responses(candidate.model ?? '')
    },
  },
  messages: {
    name: 'anthropic',
    effort: (effort) =>
      effort === 'none'
        ? { thinking: { type: 'disabled' } }
        : { effort: effort === 'minimal' ? 'low' : effort },
    open: async ({ endpoint, candidate }, fetch) => {
      const { createAnthropic } = await loaded(
        '@ai-sdk/anthropic',
        () => import('@ai-sdk/anthropic'),
      )
      const { baseUrl: baseURL, key } = endpoint
      return createAnthropic({ baseURL, apiKey: key ?? noKey, fetch })(candidate.model ?? '')
    },
  },
  gemini: {
    name: 'google',
    effort: (effort, model) => ({
      thinkingConfig: /2\.5/.test(model)
        ? { thinkingBudget: thinkingTokens[effort] ?? thinkingTokens['medium'] }
        : { thinkingLevel: effort },
    }),
    open: async ({ endpoint, candidate }, fetch) => {
      const { createGoogleGenerativeAI } = await loaded(
        '@ai-sdk/google',
        () => import('@ai-sdk/google'),
      )
      const { baseUrl: baseURL, key } = endpoint
      const create = createGoogleGenerativeAI({ baseURL, apiKey: key ?? noKey, fetch })
      return create(candidate.model ?? '')
    },
  },
  converse: {
    name: 'bedrock',
    effort: (maxReasoningEffort) => ({ reasoningConfig: { type: 'enabled', maxReasoningEffort } }),
    open: async ({ endpoint, candidate, env }, fetch) => {
      const { createAmazonBedrock } = await loaded(
        '@ai-sdk/amazon-bedrock',
        () => import('@ai-sdk/amazon-bedrock'),
      )
      const { baseUrl: baseURL, key } = endpoint
      const signed = signing(env, key)
      const create = createAmazonBedrock({ baseURL, fetch, ...signed })
      return create(candidate.model ?? '')
    },
  },
}

/** The packages look into the environment where they are handed no key: a server of one's own must not get the vendor's. */
const noKey = 'none'

/** A bearer token where there is one, else a signature by the keys of the account, which never leave this machine. */
function signing(env: Asking['env'], key: string | null) {
  const accessKeyId = env['AWS_ACCESS_KEY_ID']
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY']
  const sessionToken = env['AWS_SESSION_TOKEN']
  if (!accessKeyId || !secretAccessKey || (key !== null && key !== accessKeyId))
    return { apiKey: key ?? noKey }
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1'
  const session = sessionToken === undefined ? {} : { sessionToken }
  return { apiKey: '', region, accessKeyId, secretAccessKey, ...session }
}

/** The package, or RUNTIME_PACKAGE_MISSING with the line that installs it. */
async function loaded<T>(name: PackageName, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new RightsizeError('RUNTIME_PACKAGE_MISSING', `${name} is not installed`, {
      next: packages[name].install,
      cause,
    })
  }
}

/** Loads the package of an interface, so that a missing one is known before anything is asked. */
export const loadVendor = (asking: Asking, api: SdkApi): Promise<SdkModel> =>
  vendors[api].open(asking, asking.options.fetch)

export const isSdkApi = (api: string): api is SdkApi => Object.hasOwn(vendors, api)
