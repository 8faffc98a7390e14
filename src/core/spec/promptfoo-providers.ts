import type { Row } from '../data/json-rows.ts'
import { partName } from '../part/part.ts'
import { endpointKinds, type RuntimeKind, runtimeFor, runtimes } from '../part/runtimes.ts'
import type { CandidateInput } from './define.ts'
import { type Ignored, isRecord, type Prompt } from './promptfoo-prompts.ts'

/** Providers that speak the OpenAI protocol, with their base address and the variable of their key. */
const HOSTS: Readonly<Record<string, { readonly baseUrl?: string; readonly apiKeyEnv?: string }>> =
  {
    openai: {},
    ollama: { baseUrl: 'http://127.0.0.1:11434/v1' },
    vllm: { baseUrl: 'http://127.0.0.1:8000/v1' },
    localai: { baseUrl: 'http://127.0.0.1:8080/v1' },
    groq: { baseUrl: 'https://api.groq.com/openai/v1', apiKeyEnv: 'GROQ_API_KEY' },
    mistral: { baseUrl: 'https://api.mistral.ai/v1', apiKeyEnv: 'MISTRAL_API_KEY' },
    openrouter: { baseUrl: 'https://openrouter.ai/api/v1', apiKeyEnv: 'OPENROUTER_API_KEY' },
    deepseek: { baseUrl: 'https://api.deepseek.com/v1', apiKeyEnv: 'DEEPSEEK_API_KEY' },
    togetherai: { baseUrl: 'https://api.together.xyz/v1', apiKeyEnv: 'TOGETHER_API_KEY' },
  }

/** One candidate per provider and prompt; what cannot be used is entered into `ignored`. */
export function candidatesOf(
  file: Row,
  prompts: readonly Prompt[],
  ignored: Ignored[],
): readonly CandidateInput[] {
  const listed = [file['providers'] ?? file['targets'] ?? []].flat()
  const concurrency = concurrencyOf(file['evaluateOptions'], ignored)
  const made = listed.flatMap((provider, index) => {
    const path = `providers[${index}]`
    const { id, config, label } = providerParts(provider)
    const host = id === null ? undefined : hostAndModel(id)
    if (host === undefined) {
      ignored.push({ path, what: 'provider', why: `rightsize cannot ask ${id ?? 'this'}` })
      return []
    }
    return [
      candidateOf(host, label, settingsOf(config, concurrency, path, ignored), config, prompts),
    ]
  })
  return withOwnIds(made)
}

function providerParts(provider: unknown): {
  id: string | null
  config: Row
  label: string | null
} {
  if (typeof provider === 'string') return { id: provider, config: {}, label: null }
  if (!isRecord(provider)) return { id: null, config: {}, label: null }
  const { id, config, label } = provider
  if (typeof id === 'string')
    return {
      id,
      config: isRecord(config) ? config : {},
      label: typeof label === 'string' ? label : null,
    }
  const [key, inner] = Object.entries(provider)[0] ?? []
  return key === undefined || !isRecord(inner)
    ? { id: null, config: {}, label: null }
    : { ...providerParts({ ...inner, id: key }) }
}

function hostAndModel(id: string): { host: string; model: string } | undefined {
  const match = /^([a-z]+):(?:(chat|completion|completions|responses|messages):)?(.+)$/.exec(id)
  const [, host, , model] = match ?? []
  if (host === undefined || model === undefined) return undefined
  if (HOSTS[host] === undefined && endpointKind(host) === null) return undefined
  return /^(embeddings?|image|realtime|assistant|moderation|speech|transcription):/.test(model)
    ? undefined
    : { host, model }
}

/** The kind of a vendor with an interface of its own, by promptfoo's word for it. */
const endpointKind = (host: string): RuntimeKind | null => {
  const kind = partName(runtimes, host)
  return kind !== null && endpointKinds.includes(kind) ? kind : null
}

function candidateOf(
  { host, model }: { host: string; model: string },
  label: string | null,
  settings: CandidateInput['settings'],
  { apiBaseUrl, apiHost, apiKeyEnvar }: Row,
  prompts: readonly Prompt[],
): CandidateInput {
  const known = HOSTS[host] ?? {}
  const baseUrl =
    typeof apiBaseUrl === 'string'
      ? apiBaseUrl
      : typeof apiHost === 'string'
        ? `https://${apiHost}/v1`
        : known.baseUrl
  const apiKeyEnv = typeof apiKeyEnvar === 'string' ? apiKeyEnvar : known.apiKeyEnv
  const texts = prompts.map((prompt) => prompt.text)
  const system = prompts.length === 1 ? prompts[0]?.system : undefined
  return {
    id: (label ?? model).trim().replace(/\s+/g, '-'),
    runtime:
      HOSTS[host] === undefined ? (endpointKind(host) ?? runtimeFor.endpoint) : runtimeFor.endpoint,
    model,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(apiKeyEnv === undefined ? {} : { apiKeyEnv }),
    ...(texts.length === 0 ? {} : { prompt: texts.length === 1 ? (texts[0] ?? '') : texts }),
    ...(system === undefined ? {} : { system }),
    ...(settings === undefined ? {} : { settings }),
  }
}

/** Names of provider settings, as ours. */
const SETTINGS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  max_tokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  max_output_tokens: 'maxTokens',
  reasoning_effort: 'reasoningEffort',
  seed: 'seed',
}
/** Sent on to the endpoint as they are. */
const EXTRA = new Set(['top_p', 'frequency_penalty', 'presence_penalty', 'stop', 'response_format'])
const ELSEWHERE = new Set(['apiBaseUrl', 'apiHost', 'apiKeyEnvar'])

function settingsOf(
  config: Row,
  concurrency: number | null,
  path: string,
  ignored: Ignored[],
): CandidateInput['settings'] {
  const settings: Record<string, unknown> = concurrency === null ? {} : { concurrency }
  const extra: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(config)) {
    const ours = SETTINGS[key]
    if (ours !== undefined) settings[ours] = value
    else if (EXTRA.has(key)) extra[key] = value
    else if (key === 'apiKey')
      ignored.push({ path: `${path}.config.apiKey`, why: 'keys come from the environment only' })
    else if (!ELSEWHERE.has(key))
      ignored.push({ path: `${path}.config.${key}`, why: 'is not read' })
  }
  const all = Object.keys(extra).length === 0 ? settings : { ...settings, extra }
  return Object.keys(all).length === 0 ? undefined : all
}

function concurrencyOf(options: unknown, ignored: Ignored[]): number | null {
  if (!isRecord(options)) return null
  const { maxConcurrency } = options
  for (const key of Object.keys(options))
    if (key !== 'maxConcurrency')
      ignored.push({ path: `evaluateOptions.${key}`, why: 'is not read' })
  return typeof maxConcurrency === 'number' ? maxConcurrency : null
}

/** Two providers of one name are told apart by a number. */
function withOwnIds(candidates: readonly CandidateInput[]): readonly CandidateInput[] {
  const used = new Map<string, number>()
  return candidates.map((candidate) => {
    const id = candidate.id ?? candidate.runtime
    const count = (used.get(id) ?? 0) + 1
    used.set(id, count)
    return count === 1 ? candidate : { ...candidate, id: `${id}-${count}` }
  })
}
