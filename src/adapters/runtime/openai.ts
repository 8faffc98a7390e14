import type {
  ModelIdentity,
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
} from '../../contract/runtime.ts'
import type { Answer, TokenUsage } from '../../core/data/answer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { isOwnSetting } from '../../core/spec/settings.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { type Api, type Endpoint, endpointOf } from './openai/endpoint.ts'
import { type Identified, identify } from './openai/identity.ts'
import { type Message, openPrompt, type Prompt } from './openai/prompt.ts'
import { finishOf, type Json, textOf, usageOf, vectorsOf } from './openai/reply.ts'
import { type Pace, type SendOptions, type Sent, send } from './openai/request.ts'

/** Requests in flight unless settings.concurrency says otherwise. */
const defaultConcurrency = 4
/** Seconds per attempt unless settings.timeoutS says otherwise. */
const defaultTimeoutS = 120

/**
 * Any OpenAI-compatible endpoint: Ollama, vLLM, llama-server, LM Studio, hosted. `settings.api` is chat (default),
 * completions or embeddings. Keys come from the environment only and never show in errors.
 */
export function createOpenaiRuntime(pace: Pace): Runtime {
  return { kind: 'openai', open: (candidate, context) => open(pace, candidate, context) }
}

interface Asking {
  readonly candidate: CandidateSpec
  readonly endpoint: Endpoint
  readonly prompt: Prompt
  readonly api: Api
  readonly options: SendOptions
  /** Fields that this server would not take; found once, left out from then on. */
  readonly left: Set<string>
  readonly log: (line: string) => void
  fingerprint: string | null
}

async function open(
  pace: Pace,
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<RuntimeSession> {
  if (!candidate.model)
    throw new RightsizeError('ENDPOINT_REFUSED', `candidate ${candidate.id} names no model`)
  const { settings } = candidate
  const endpoint = endpointOf(candidate, context)
  const asking: Asking = {
    candidate,
    endpoint,
    prompt: openPrompt(candidate, context),
    api: apiOf(settings['api'] ?? endpoint.api),
    options: { fetch: context.fetch, pace, timeoutS: settings.timeoutS ?? defaultTimeoutS },
    left: new Set(),
    log: context.log ?? (() => undefined),
    fingerprint: null,
  }
  const known = await identify(candidate, asking.endpoint, {
    ...asking.options,
    promptText: asking.prompt.text,
  })
  const concurrency = settings.concurrency ?? defaultConcurrency
  return {
    identity: known.identity,
    batchSize: settings.batch ?? concurrency * 4,
    answer: (batch, signal) => answerAll(asking, batch, concurrency, signal),
    ...(settings['resolve'] === false
      ? {}
      : {
          probe: async (item: RuntimeItem) => {
            asking.prompt.render(item)
            return probe(asking, known)
          },
        }),
    usage: async () => ({
      pids: [],
      threads: 0,
      loadS: null,
      loadCpuS: null,
      peakRssBytes: null,
    }),
    close: async () => undefined,
  }
}

function apiOf(value: unknown): Api {
  return value === 'completions' || value === 'embeddings' ? value : 'chat'
}

const hello: readonly Message[] = [{ role: 'user', content: 'Hi' }]

async function probe(asking: Asking, known: Identified): Promise<ModelIdentity> {
  const reply = await firstReply(asking)
  const fingerprint = reply?.['system_fingerprint']
  if (typeof fingerprint === 'string') asking.fingerprint = fingerprint
  return known.resolved(reply)
}

/** A refusal of the settings of the probe, or an empty answer to it, shows that somebody is there; everything else is worth knowing now. */
async function firstReply(asking: Asking): Promise<Json | null> {
  const { candidate, endpoint, options } = asking
  try {
    if (asking.api !== 'embeddings') return (await ask(asking, hello, { max: 1 })).reply
    const body = { model: candidate.model, input: ['Hi'], ...bodyOf(candidate) }
    return (await send(endpoint, '/embeddings', body, options)).reply
  } catch (cause) {
    const refused = cause instanceof RightsizeError ? cause : null
    if (refused?.code === 'ENDPOINT_EMPTY' || /^4(00|22)/.test(refused?.message ?? '')) return null
    throw cause
  }
}

async function answerAll(
  asking: Asking,
  batch: readonly RuntimeItem[],
  concurrency: number,
  signal?: AbortSignal,
): Promise<readonly Answer[]> {
  if (asking.api === 'embeddings') return embedAll(asking, batch, signal)
  const answers = new Array<Answer>(batch.length)
  let next = 0
  const stop: { by: Failure | null } = { by: null }
  const work = async (): Promise<void> => {
    for (let at = next++; at < batch.length && stop.by === null; at = next++) {
      signal?.throwIfAborted()
      const item = batch[at]
      if (!item) continue
      const answer = await answerOne(asking, item, signal)
      if (!answer.ok && answer.permanent) stop.by ??= answer
      else answers[at] = answer
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, batch.length) }, work))
  return stop.by === null ? answers : stoppedBy(stop.by, answers)
}

/** What was paid for before the refusal is kept; the items that were not answered carry the refusal. Throws it where none was. */
function stoppedBy({ cause, ...refusal }: Failure, answers: readonly Answer[]): readonly Answer[] {
  if (!answers.some((answer) => answer?.ok)) throw cause
  return Array.from(answers, (answer) => answer ?? refusal)
}

async function answerOne(
  asking: Asking,
  item: RuntimeItem,
  signal?: AbortSignal,
): Promise<Extract<Answer, { ok: true }> | Failure> {
  const messages = asking.prompt.render(item)
  try {
    const { reply, latencyS } = await ask(asking, messages, signal ? { signal } : {})
    notice(asking, reply)
    return {
      ok: true,
      output: { kind: 'text', text: textOf(reply) },
      latencyS,
      finish: finishOf(reply),
      ...cost(asking, reply),
    }
  } catch (cause) {
    return failureOf(cause)
  }
}

async function embedAll(
  asking: Asking,
  batch: readonly RuntimeItem[],
  signal?: AbortSignal,
): Promise<readonly Answer[]> {
  const input = batch.map((item) => asking.prompt.render(item).at(-1)?.content ?? '')
  const { candidate, endpoint, options } = asking
  const body = { model: candidate.model, input, ...bodyOf(candidate) }
  try {
    const sent = await send(endpoint, '/embeddings', body, withSignal(options, signal))
    const latencyS = sent.latencyS / batch.length
    return vectorsOf(sent.reply, batch.length).map((vector) => ({
      ok: true,
      output: { kind: 'vector', vector },
      latencyS,
    }))
  } catch (cause) {
    const { cause: whole, ...failure } = failureOf(cause)
    if (whole) throw whole
    return batch.map(() => failure)
  }
}

const withSignal = (options: SendOptions, signal?: AbortSignal): SendOptions =>
  signal ? { ...options, signal } : options

/** One question; asked again without a field that this server names as unknown. */
async function ask(
  asking: Asking,
  messages: readonly Message[],
  how: { readonly max?: number; readonly signal?: AbortSignal } = {},
): Promise<Sent> {
  const { endpoint, api, options, left } = asking
  const path = api === 'chat' ? '/chat/completions' : '/completions'
  try {
    return await send(
      endpoint,
      path,
      questionOf(asking, messages, how.max),
      withSignal(options, how.signal),
    )
  } catch (cause) {
    const field = refusedField(cause, left)
    if (field === null) throw cause
    left.add(field)
    asking.log(`${asking.candidate.id}: the endpoint does not take ${field}; asking without it`)
    return ask(asking, messages, how)
  }
}

function questionOf(asking: Asking, messages: readonly Message[], max?: number): Json {
  const { candidate, api, left } = asking
  const { settings } = candidate
  const limit = max ?? settings.maxTokens
  const limitField = left.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens'
  const fields: Readonly<Record<string, unknown>> = {
    model: candidate.model,
    ...(api === 'chat'
      ? { messages }
      : { prompt: messages.map(({ content }) => content).join('\n\n') }),
    temperature: settings.temperature ?? 0,
    [limitField]: limit,
    seed: settings.seed,
    reasoning_effort: settings.reasoningEffort,
    ...bodyOf(candidate),
  }
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== undefined && !left.has(name)),
  )
}

/** Settings of this runtime; those of every runtime are own too, and all others (settings.extra of the spec) are fields of the request. */
const ownSettings: readonly string[] = ['api', 'resolve']

function bodyOf({ settings }: CandidateSpec): Json {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !isOwnSetting(name) && !ownSettings.includes(name)),
  )
}

/** Fields that some models refuse: reasoning models want max_completion_tokens and no temperature. */
const optionalFields = ['max_tokens', 'temperature', 'seed', 'reasoning_effort']

function refusedField(cause: unknown, left: ReadonlySet<string>): string | null {
  if (!(cause instanceof RightsizeError) || !/^4(00|22):/.test(cause.message)) return null
  const named = optionalFields.find((field) => new RegExp(`\\b${field}\\b`).test(cause.message))
  return named === undefined || left.has(named) ? null : named
}

/** Another fingerprint in mid-run means that another build answers. */
function notice(asking: Asking, reply: Json): void {
  const seen = reply['system_fingerprint']
  if (typeof seen !== 'string' || seen === asking.fingerprint) return
  if (asking.fingerprint !== null)
    asking.log(`${asking.candidate.id}: system_fingerprint changed to ${seen} during the run`)
  asking.fingerprint = seen
}

function cost(
  asking: Asking,
  reply: Json,
): { readonly tokens?: TokenUsage; readonly price?: number } {
  const tokens = usageOf(reply)
  const price = tokens === undefined ? undefined : priceOf(asking.candidate, tokens)
  return {
    ...(tokens === undefined ? {} : { tokens }),
    ...(price === undefined ? {} : { price }),
  }
}

/** Money for one answer at the candidate's prices; undefined without any. Cached input counts at its own price if it has one. */
export function priceOf({ price }: CandidateSpec, tokens: TokenUsage): number | undefined {
  if (!price) return undefined
  const cached = tokens.cachedInput ?? 0
  const input = price.inputPerMTokens ?? 0
  const perMillion =
    (tokens.input - cached) * input +
    cached * (price.cachedInputPerMTokens ?? input) +
    tokens.output * (price.outputPerMTokens ?? 0)
  return perMillion / 1e6 + (price.perCall ?? 0)
}

/** Tried again on another day, these may go well. */
const retryable = /TIMEOUT|RATE_LIMITED|SERVER_ERROR|CUT|EMPTY|INVALID/

/** One item's failure; `permanent` where the endpoint as a whole refuses. */
function failureOf(cause: unknown): Failure {
  if (!(cause instanceof RightsizeError)) throw cause
  const { code, message } = cause
  const failure = { ok: false, code, message, retryable: retryable.test(code) } as const
  const whole = /DOWN|HTML|QUOTA|PROMPT_BROKEN/.test(code) || /^(401|403|404):/.test(message)
  return whole ? { ...failure, permanent: true, cause } : failure
}

type Failure = Extract<Answer, { ok: false }> & { readonly cause?: RightsizeError }
