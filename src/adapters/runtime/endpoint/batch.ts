import type {
  DeferredAnswers,
  DeferredQuestion,
  DeferredState,
  LostJob,
} from '../../../contract/deferred.ts'
import type { Answer } from '../../../core/data/answer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { Api } from '../../../core/part/endpoint-runtimes.ts'
import { runtimePart } from '../../../core/part/runtimes.ts'
import { isPaid } from '../../../core/plan/outlay.ts'
import { answerOf, failureOf } from './answer.ts'
import { anthropicBatches } from './batch/anthropic.ts'
import type { BatchAsking, BatchForm, BatchLine, BatchQuestion } from './batch/form.ts'
import { openaiBatches } from './batch/openai.ts'
import type { Asking, Client } from './client.ts'
import { eachLine } from './lines.ts'
import type { Prompt } from './prompt.ts'
import type { Json } from './reply.ts'
import { attempt, refusalOf, retried, send } from './request.ts'

/** What a batch needs of an open endpoint. */
export interface BatchParts extends Asking {
  readonly prompt: Prompt
  readonly client: Client
}

const forms: Partial<Record<Api, BatchForm>> = {
  chat: openaiBatches,
  completions: openaiBatches,
  responses: openaiBatches,
  messages: anthropicBatches,
}

/** Seconds that an upload or a download of a whole batch may take. */
const fileTimeoutS = 600

/**
 * The batch interface behind a candidate; null where it has none and asking it live costs nothing. Throws ENDPOINT_NO_BATCH
 * where it has none and every answer is paid for.
 */
export function batchesOf(parts: BatchParts): DeferredAnswers | null {
  const { candidate, endpoint } = parts
  const { api } = endpoint
  const spoken = runtimePart(candidate.runtime).endpoint?.batches?.includes(api) === true
  const form = spoken ? forms[api] : undefined
  if (form !== undefined) return deferred(parts, form)
  if (!isPaid(candidate, parts.env)) return null
  const what = `${candidate.id}: rightsize speaks no batch interface of ${candidate.runtime} (${api})`
  throw new RightsizeError('ENDPOINT_NO_BATCH', what)
}

function deferred(parts: BatchParts, form: BatchForm): DeferredAnswers {
  const { endpoint } = parts
  const { host } = new URL(endpoint.baseUrl)
  const timeoutS = Math.max(parts.options.timeoutS, fileTimeoutS)
  const asking = {
    endpoint,
    api: endpoint.api,
    options: { ...parts.options, pacing: null, timeoutS },
  }
  const look = async (id: string) =>
    (await send(endpoint, form.path(encodeURIComponent(id)), null, asking.options)).reply
  return {
    host,
    most: form.most,
    submit: async (name, questions, others) =>
      submitted(form, asking, await written(parts, questions), { name, others }),
    find: (job) => form.find(job, asking),
    state: async (id) => named(form.state(await look(id)), id),
    async collect(id) {
      const answers = new Map<string, Answer>()
      const lines: BatchLine[] = []
      for (const path of form.results(await look(id)))
        await eachLine(endpoint, path, { ...asking.options, fetch: parts.download }, (line) => {
          const read = form.line(line)
          if (read !== null) lines.push(read)
        })
      for (const line of lines) answers.set(line.key, await answerIn(parts, line, id))
      return answers
    },
  }
}

const named = (state: DeferredState, id: string): DeferredState =>
  state.kind === 'refused' ? { ...state, message: `batch ${id}: ${state.message}` } : state

const written = (
  { prompt, client }: BatchParts,
  questions: readonly DeferredQuestion[],
): Promise<readonly BatchQuestion[]> =>
  Promise.all(
    questions.map(async ({ key, item }) => ({
      key,
      ...(await client.write({ messages: prompt.render(item) })),
    })),
  )

/**
 * Makes the batch with one request. Where it is not known whether that arrived, the batch is looked for before anything else:
 * a request that is sent twice is paid twice.
 */
async function submitted(
  form: BatchForm,
  asking: BatchAsking,
  questions: readonly BatchQuestion[],
  { name, others }: Pick<LostJob, 'name' | 'others'>,
): Promise<string> {
  const since = new Date().toISOString()
  const { path, body, headers } = await form.submit(name, questions, asking)
  const { endpoint, options } = asking
  const request = {
    url: `${endpoint.baseUrl}${path}${endpoint.query}`,
    headers: { ...endpoint.headers, ...headers },
    body: JSON.stringify(body),
  }
  // Only what was refused for its rate is known not to have been made.
  const made = await retried<Json | RightsizeError>(async () => {
    const tried = await attempt(endpoint, request, options)
    if ('done' in tried) return { done: tried.done.reply }
    return tried.error.code === 'ENDPOINT_RATE_LIMITED' ? tried : { done: tried.error }
  }, options)
  if (!(made instanceof RightsizeError)) return idOf(made)
  const refused = /^4\d\d:/.test(made.message)
  const job = { name, questions: questions.length, since, others }
  const found = refused ? null : await form.find(job, asking).catch(() => null)
  if (found === null) throw made
  return found
}

function idOf({ id }: Json): string {
  if (typeof id === 'string' && /^[\w-]{1,200}$/.test(id)) return id
  throw new RightsizeError('ENDPOINT_INVALID', 'the batch that was made has no id')
}

/** An answer as a live call would bring it; latency is unknown, and what was not reached names the batch. */
async function answerIn(
  { candidate, client, endpoint }: BatchParts,
  line: BatchLine,
  id: string,
): Promise<Answer> {
  if (line.kind === 'missed') {
    const code = line.word === 'expired' ? 'ENDPOINT_BATCH_EXPIRED' : 'ENDPOINT_BATCH_CANCELED'
    const message = `batch ${id} ${line.word === 'expired' ? 'expired' : 'was canceled'} before every question was answered`
    return { ok: false, code, message, retryable: true, permanent: true }
  }
  try {
    if (line.kind === 'failed') {
      const { status } = line
      throw refusalOf(endpoint, { status, headers: new Headers() }, JSON.stringify(line.body))
    }
    return answerOf({ candidate, endpoint }, await client.read(line.body))
  } catch (cause) {
    const { cause: _, ...failure } = failureOf(cause)
    return failure
  }
}
