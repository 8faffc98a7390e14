import type { DeferredState } from '../../../../contract/deferred.ts'
import { fieldsOf } from '../../../../core/data/fields.ts'
import { countIn } from '../../../../core/data/figures.ts'
import type { Api } from '../../../../core/part/endpoint-runtimes.ts'
import type { Endpoint } from '../address.ts'
import type { Json } from '../reply.ts'
import { attempt, retried, type SendOptions, send } from '../request.ts'
import { type BatchForm, type BatchLine, type Ended, listOf, textIn } from './form.ts'

/** What a line of the uploaded file asks, by interface. */
const routes: Partial<Record<Api, string>> = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  responses: '/v1/responses',
}

/**
 * OpenAI's Batch API: a file of questions is uploaded, a batch is made of it, and two files come out, of answers and of errors.
 * Source: https://platform.openai.com/docs/guides/batch and the reference of /v1/files and /v1/batches.
 */
export const openaiBatches: BatchForm = {
  most: 10_000,
  async submit(name, questions, { endpoint, options, api }) {
    const url = routes[api] ?? ''
    const lines = questions.map(({ key, body }) =>
      JSON.stringify({ custom_id: key, method: 'POST', url, body }),
    )
    const file = await uploaded(endpoint, name, lines.join('\n'), options)
    const body = {
      ...{ input_file_id: file, endpoint: url, completion_window: '24h' },
      metadata: { rightsize: name },
    }
    return { path: '/batches', body, headers: {} }
  },
  async find({ name }, { endpoint, options }) {
    const { reply } = await send(endpoint, '/batches?limit=100', null, options)
    const own = listOf(reply).find(({ metadata }) => fieldsOf(metadata)['rightsize'] === name)
    return own === undefined ? null : textIn(own, 'id')
  },
  path: (id) => `/batches/${id}`,
  state: stateOf,
  results: (batch) =>
    ['output_file_id', 'error_file_id'].flatMap((name) => {
      const file = textIn(batch, name)
      return file === null ? [] : [`/files/${encodeURIComponent(file)}/content`]
    }),
  line: lineOf,
}

/** A form is written by hand, so that it passes through the sending of every other request. */
async function uploaded(
  endpoint: Endpoint,
  name: string,
  text: string,
  options: SendOptions,
): Promise<string | null> {
  const boundary = `rightsize-${name}`
  const part = (head: string, body: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`
  const file = `name="file"; filename="${boundary}.jsonl"\r\ncontent-type: application/jsonl`
  const request = {
    url: `${endpoint.baseUrl}/files${endpoint.query}`,
    headers: {
      ...endpoint.headers,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    body: `${part('name="purpose"', 'batch')}${part(file, text)}--${boundary}--\r\n`,
  }
  const { reply } = await retried(() => attempt(endpoint, request, options), options)
  return textIn(reply, 'id')
}

const endings: Readonly<Record<string, Ended>> = {
  completed: 'completed',
  expired: 'expired',
  cancelled: 'cancelled',
}

/** validating, in_progress, finalizing and cancelling go on; failed means that the file was refused as a whole. */
function stateOf(batch: Json): DeferredState {
  const word = textIn(batch, 'status') ?? 'unknown'
  if (Object.hasOwn(endings, word)) return { kind: 'ended', word }
  const counts = fieldsOf(batch['request_counts'])
  const count = (name: string) => countIn(counts[name]) ?? 0
  if (word !== 'failed')
    return { kind: 'waiting', word, done: count('completed') + count('failed') }
  const [first] = listOf(fieldsOf(batch['errors']))
  const message = first === undefined ? 'no reason was given' : textIn(first, 'message')
  return { kind: 'refused', code: 'ENDPOINT_BATCH_FAILED', message: message ?? 'it failed' }
}

/** A line of either file: a reply with its status, or an error without one. */
function lineOf(line: Json): BatchLine | null {
  const key = textIn(line, 'custom_id')
  if (key === null) return null
  const { error } = line
  const { status_code, body } = fieldsOf(line['response'])
  const status = countIn(status_code) ?? 500
  const code = textIn(fieldsOf(error), 'code')
  if (code === 'batch_expired') return { key, kind: 'missed', word: 'expired' }
  if (code === 'batch_cancelled') return { key, kind: 'missed', word: 'cancelled' }
  if (error) return { key, kind: 'failed', status, body: { error } }
  if (status >= 400) return { key, kind: 'failed', status, body: fieldsOf(body) }
  return { key, kind: 'reply', body: fieldsOf(body) }
}
