import type { createAnthropic } from '@ai-sdk/anthropic'
import type { Finish } from '../../../core/data/answer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { redact } from '../../../core/error/secret.ts'
import {
  type Asking,
  type Client,
  extraFields,
  type Question,
  type Said,
  type Written,
  withoutRefused,
  withSignal,
} from './client.ts'
import { type Json, notCounted } from './reply.ts'
import { attempt, retried, type SendOptions, type Sent, type Tried } from './request.ts'
import { type SdkApi, vendors } from './vendors.ts'

/** A language model of the AI SDK, whoever serves it. */
export type SdkModel = ReturnType<ReturnType<typeof createAnthropic>>
type CallOptions = Parameters<SdkModel['doGenerate']>[0]
type Generated = Awaited<ReturnType<SdkModel['doGenerate']>>

/**
 * Vendors with words of their own, through the provider packages of the AI SDK: they write the request and read the reply,
 * while sending, retries, time limits and errors stay the ones of every endpoint.
 */
export function sdkClient(asking: Asking, api: SdkApi): Client {
  return {
    ask: (question) =>
      withoutRefused(asking, () => {
        const options = withSignal(asking.options, question.signal)
        return retried(() => generated(asking, api, question, options), options)
      }),
    write: (question) => written(asking, api, question),
    read: (reply) => read(asking, api, reply),
  }
}

/** The request that the package would send: it is held back before it leaves. */
async function written(asking: Asking, api: SdkApi, question: Question): Promise<Written> {
  const held: Written[] = []
  const model = await vendors[api].open(asking, async (_, init) => {
    const headers = Object.fromEntries(new Headers(init?.headers))
    held.push({ body: JSON.parse(String(init?.body)) as Json, headers })
    throw new Error('held back')
  })
  try {
    await model.doGenerate(callOf(asking, api, question))
  } catch (cause) {
    if (held.length === 0) throw cause
  }
  const [one] = held
  if (one !== undefined) return one
  throw new RightsizeError('ENDPOINT_INVALID', 'the package of the vendor sent no request')
}

/** A reply that came in another way, through the package's own reading. */
async function read(asking: Asking, api: SdkApi, reply: Json): Promise<Said> {
  const model = await vendors[api].open(asking, async () => Response.json(reply))
  try {
    const result = await model.doGenerate(callOf(asking, api, { messages: greeting }))
    return saidOf(result, undefined)
  } catch (cause) {
    throw unreadable(cause, asking)
  }
}

/** What is asked does not matter to the reading of a reply. */
const greeting: Question['messages'] = [{ role: 'user', content: 'Hi' }]

function unreadable(cause: unknown, { endpoint }: Asking): RightsizeError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RightsizeError('ENDPOINT_INVALID', redact(reason.slice(0, 300), endpoint.secrets))
}

async function generated(
  asking: Asking,
  api: SdkApi,
  question: Question,
  options: SendOptions,
): Promise<Tried<Said>> {
  const seen: { tried: Tried<Sent> | null } = { tried: null }
  const model = await vendors[api].open(asking, async (input, init) => {
    const tried = await sentBy(asking, input, init, options)
    seen.tried = tried
    if ('error' in tried) throw tried.error
    return Response.json(tried.done.reply)
  })
  try {
    const result = await model.doGenerate(callOf(asking, api, question))
    for (const warning of result.warnings) warn(asking, warning)
    const latencyS = seen.tried && 'done' in seen.tried ? seen.tried.done.latencyS : 0
    return { done: saidOf(result, latencyS) }
  } catch (cause) {
    if (question.signal?.aborted) throw question.signal.reason
    if (seen.tried && 'error' in seen.tried) return seen.tried
    return { error: unreadable(cause, asking), retryAfterS: null }
  }
}

type FetchArguments = Parameters<typeof globalThis.fetch>

function sentBy(
  { endpoint }: Asking,
  input: FetchArguments[0],
  init: FetchArguments[1],
  options: SendOptions,
): Promise<Tried<Sent>> {
  const url = input instanceof Request ? input.url : String(input)
  const headers = Object.fromEntries(new Headers(init?.headers))
  const body = typeof init?.body === 'string' ? init.body : null
  return attempt(endpoint, { url, headers, body }, options)
}

const warned = new WeakMap<Asking, Set<string>>()

/** What the package leaves out of a request because the model would not take it; said once. */
function warn(asking: Asking, warning: Generated['warnings'][number]): void {
  const text =
    'feature' in warning
      ? (warning.details ?? `${warning.feature} is not supported`)
      : warning.message
  if ('feature' in warning && /^(temperature|seed)$/.test(warning.feature))
    asking.left.add(warning.feature)
  const known = warned.get(asking) ?? new Set()
  if (!known.has(text)) asking.log(`${asking.candidate.id}: ${text.trim()}`)
  warned.set(asking, known.add(text))
}

function callOf(
  { candidate, left }: Asking,
  api: SdkApi,
  { messages, max, signal }: Question,
): CallOptions {
  const { settings, model = '' } = candidate
  const { name, effort } = vendors[api]
  const { response_format, tools, tool_choice, top_p, stop, ...extra } = extraFields(candidate)
  const { reasoningEffort, seed, temperature = 0 } = settings
  const asksEffort = reasoningEffort !== undefined && !left.has('reasoning_effort')
  const options = { ...extra, ...(asksEffort ? effort(reasoningEffort, model) : {}) }
  const given = {
    maxOutputTokens: max ?? settings.maxTokens,
    temperature: left.has('temperature') ? undefined : temperature,
    seed: left.has('seed') ? undefined : seed,
    topP: top_p,
    stopSequences: stop === undefined ? undefined : [stop].flat(),
    responseFormat: formatOf(response_format),
    tools: toolsOf(tools),
    toolChoice: choiceOf(tool_choice),
    abortSignal: signal,
    providerOptions: { [name]: options },
  }
  const kept = Object.entries(given).filter(([, value]) => value !== undefined)
  return { prompt: messages.map(promptPart), ...Object.fromEntries(kept) } as CallOptions
}

function promptPart({
  role,
  content,
}: Question['messages'][number]): CallOptions['prompt'][number] {
  if (role === 'system') return { role, content }
  const parts = [{ type: 'text' as const, text: content }]
  return { role: role === 'assistant' ? 'assistant' : 'user', content: parts }
}

/** `response_format` as OpenAI writes it, for every vendor. */
function formatOf(format: unknown): CallOptions['responseFormat'] | undefined {
  if (format === undefined) return undefined
  const { type, json_schema } = format as { type?: string; json_schema?: { schema?: object } }
  if (type === 'text') return { type: 'text' }
  return { type: 'json', ...(json_schema?.schema ? { schema: json_schema.schema } : {}) }
}

/** `tools` as OpenAI writes them, for every vendor. */
function toolsOf(tools: unknown): CallOptions['tools'] | undefined {
  if (!Array.isArray(tools)) return undefined
  return tools.map(({ function: tool }: { function: Json }) => ({
    type: 'function' as const,
    name: String(tool['name']),
    ...(typeof tool['description'] === 'string' ? { description: tool['description'] } : {}),
    inputSchema: (tool['parameters'] ?? { type: 'object' }) as object,
  }))
}

function choiceOf(choice: unknown): CallOptions['toolChoice'] | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
  const toolName = (choice as { function?: { name?: string } } | undefined)?.function?.name
  return toolName === undefined ? undefined : { type: 'tool', toolName }
}

const finishes: Readonly<Record<string, Finish>> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'refused',
  'tool-calls': 'tool',
}

function saidOf(
  { content, finishReason, usage, response }: Generated,
  latencyS: number | undefined,
): Said {
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const calls = content.flatMap((part) =>
    part.type === 'tool-call' && !part.providerExecuted
      ? [{ name: part.toolName, arguments: parsed(part.input) }]
      : [],
  )
  const called = calls.length === 0 ? '' : JSON.stringify(calls.length === 1 ? calls[0] : calls)
  // A tool that is called is the answer, whatever is said before.
  const text = called || texts.join('')
  return {
    text: text.trim() === '' ? null : text,
    finish: finishes[finishReason.unified] ?? 'other',
    finishWord: finishReason.raw ?? finishReason.unified,
    tokens: tokensOf(usage),
    model: response?.modelId ?? null,
    fingerprint: null,
    latencyS,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** As the package read them from the reply: whatever a server wrote there. */
function tokensOf({ inputTokens, outputTokens }: Generated['usage']): unknown {
  const { total: input, cacheRead: cachedInput } = inputTokens
  const { total: output, reasoning } = outputTokens
  return input === undefined
    ? undefined
    : { input, output: output ?? notCounted, cachedInput, reasoning }
}
