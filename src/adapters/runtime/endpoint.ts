import type {
  ModelIdentity,
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
} from '../../contract/runtime.ts'
import type { Answer } from '../../core/data/answer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { endpointOf } from './endpoint/address.ts'
import { answerOf, costOf, type Failure, failureOf } from './endpoint/answer.ts'
import { batchesOf } from './endpoint/batch.ts'
import { chatClient } from './endpoint/chat.ts'
import {
  type Asking,
  type Client,
  extraFields,
  refusedSettings,
  type Said,
  withSignal,
} from './endpoint/client.ts'
import { type Identified, identify } from './endpoint/identity.ts'
import { pacingOf } from './endpoint/pacing.ts'
import { type Message, openPrompt, type Prompt } from './endpoint/prompt.ts'
import { tokensOfVectors, vectorsOf } from './endpoint/reply.ts'
import { type Pace, send } from './endpoint/request.ts'
import { isSdkApi, loadVendor } from './endpoint/vendors.ts'

/** Requests in flight unless settings.concurrency says otherwise. */
const defaultConcurrency = 4
/** Seconds per attempt unless settings.timeoutS says otherwise. */
const defaultTimeoutS = 120

/**
 * A model behind HTTP: a vendor's, or a server of one's own. What is spoken follows from the kind, the address, or
 * `settings.api` (chat, completions, embeddings, responses). Keys come from the environment only and never show in errors.
 */
export function createEndpointRuntime(kind: string, pace: Pace): Runtime {
  return { kind, open: (candidate, context) => open(pace, candidate, context) }
}

/** An open endpoint. */
interface Open extends Asking {
  readonly prompt: Prompt
  readonly client: Client
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
    ...{ candidate, endpoint },
    options: {
      ...{ fetch: context.fetch, pace, pacing: pacingOf(candidate, endpoint, pace) },
      timeoutS: settings.timeoutS ?? defaultTimeoutS,
    },
    left: new Set(),
    log: context.log ?? (() => undefined),
    ...{ env: context.env, download: context.download ?? context.fetch },
  }
  const prompt = openPrompt(candidate, context)
  const client = await clientOf(asking)
  const known = await identify(candidate, asking.endpoint, {
    ...asking.options,
    promptText: prompt.text,
  })
  const one: Open = { ...asking, prompt, client, fingerprint: null }
  const concurrency = settings.concurrency ?? defaultConcurrency
  const deferred = context.deferred === true ? batchesOf(one) : null
  return {
    ...(deferred === null ? {} : { deferred }),
    identity: known.identity,
    batchSize: settings.batch ?? concurrency * 4,
    refusedSettings: () => refusedSettings(asking.left),
    answer: (batch, signal) => answerAll(one, batch, concurrency, signal),
    ...(settings['resolve'] === false
      ? {}
      : { probe: (item: RuntimeItem) => probe(one, item, known) }),
    close: async () => undefined,
  }
}

/** The way of asking. Embeddings are no questions: `embedAll` sends them. */
async function clientOf(asking: Asking): Promise<Client> {
  const { api } = asking.endpoint
  if (!isSdkApi(api)) return chatClient(asking, api === 'embeddings' ? 'chat' : api)
  await loadVendor(asking, api)
  const { sdkClient } = await import('./endpoint/sdk.ts')
  return sdkClient(asking, api)
}

const hello: readonly Message[] = [{ role: 'user', content: 'Hi' }]

/** A refusal of the settings of the probe shows that somebody is there; everything else is worth knowing now. */
async function probe(one: Open, item: RuntimeItem, known: Identified): Promise<ModelIdentity> {
  one.prompt.render(item)
  try {
    if (one.endpoint.api === 'embeddings') await vectorsFor(one, ['Hi'])
    else {
      const said = await one.client.ask({ messages: hello, max: 16 })
      one.fingerprint = said.fingerprint
      return known.resolved(said.model)
    }
  } catch (cause) {
    if (!/^4(00|22)/.test(cause instanceof RightsizeError ? cause.message : '')) throw cause
  }
  return known.resolved(null)
}

async function answerAll(
  one: Open,
  batch: readonly RuntimeItem[],
  concurrency: number,
  signal?: AbortSignal,
): Promise<readonly Answer[]> {
  if (one.endpoint.api === 'embeddings') return embedAll(one, batch, signal)
  const answers = new Array<Answer>(batch.length)
  let next = 0
  const stop: { by: Failure | null } = { by: null }
  const work = async (): Promise<void> => {
    for (let at = next++; at < batch.length && stop.by === null; at = next++) {
      signal?.throwIfAborted()
      const item = batch[at]
      if (!item) continue
      const answer = await answerOne(one, item, signal)
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
  one: Open,
  item: RuntimeItem,
  signal?: AbortSignal,
): Promise<Extract<Answer, { ok: true }> | Failure> {
  const messages = one.prompt.render(item)
  try {
    const said = await one.client.ask({ messages, ...(signal ? { signal } : {}) })
    notice(one, said)
    return answerOf(one, said)
  } catch (cause) {
    return failureOf(cause)
  }
}

async function embedAll(
  one: Open,
  batch: readonly RuntimeItem[],
  signal?: AbortSignal,
): Promise<readonly Answer[]> {
  const input = batch.map((item) => one.prompt.render(item).at(-1)?.content ?? '')
  try {
    const { vectors, latencyS, tokens } = await vectorsFor(one, input, signal)
    return vectors.map((vector, i) => {
      const figures = { latencyS: latencyS / batch.length, tokens: tokens[i] }
      return { ok: true, output: { kind: 'vector', vector }, ...costOf(one.candidate, figures) }
    })
  } catch (cause) {
    const { cause: whole, ...failure } = failureOf(cause)
    if (whole) throw whole
    return batch.map(() => failure)
  }
}

async function vectorsFor(
  { candidate, endpoint, options }: Open,
  input: readonly string[],
  signal?: AbortSignal,
) {
  const body = { model: candidate.model, input, ...extraFields(candidate) }
  const sent = await send(endpoint, '/embeddings', body, withSignal(options, signal))
  const vectors = vectorsOf(sent.reply, input.length)
  return { vectors, latencyS: sent.latencyS, tokens: tokensOfVectors(sent.reply, input.length) }
}

/** Another fingerprint in mid-run means that another build answers. */
function notice(one: Open, { fingerprint: seen }: Said): void {
  if (seen === null || seen === one.fingerprint) return
  if (one.fingerprint !== null)
    one.log(
      `${one.candidate.id}: system_fingerprint changed to ${seen.slice(0, 60)} during the run`,
    )
  one.fingerprint = seen
}
