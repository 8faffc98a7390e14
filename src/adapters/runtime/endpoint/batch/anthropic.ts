import type { DeferredState } from '../../../../contract/deferred.ts'
import { fieldsOf } from '../../../../core/data/fields.ts'
import { countIn } from '../../../../core/data/figures.ts'
import type { Json } from '../reply.ts'
import { send } from '../request.ts'
import { type BatchForm, type BatchLine, listOf, textIn } from './form.ts'

/** HTTP status of each type of error, as a live call would bring it (source: Anthropic's page on errors). */
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

/**
 * Anthropic's Message Batches: one request submits all questions, and one file of results comes out.
 * Source: https://docs.anthropic.com/en/api/creating-message-batches and the pages beside it.
 */
export const anthropicBatches: BatchForm = {
  most: 10_000,
  async submit(_, questions) {
    const requests = questions.map(({ key, body }) => {
      const { stream: _stream, ...params } = body
      return { custom_id: key, params }
    })
    const beta = questions.map(({ headers }) => headers['anthropic-beta']).find(Boolean)
    const headers: Record<string, string> = beta === undefined ? {} : { 'anthropic-beta': beta }
    return { path: '/messages/batches', body: { requests }, headers }
  },
  // A batch has no name: it is known by when it was made and of how many questions. Its results carry the keys.
  async find({ questions, since, others }, { endpoint, options }) {
    const { reply } = await send(endpoint, '/messages/batches?limit=100', null, options)
    const own = listOf(reply).find((one) => {
      const counts = Object.values(fieldsOf(one['request_counts']))
      const total = counts.reduce<number>((sum, count) => sum + (countIn(count) ?? 0), 0)
      const made = Date.parse(textIn(one, 'created_at') ?? '')
      const known = others.includes(textIn(one, 'id') ?? '')
      return !known && total === questions && made >= Date.parse(since) - clockSkewMs
    })
    return own === undefined ? null : textIn(own, 'id')
  },
  path: (id) => `/messages/batches/${id}`,
  state: stateOf,
  // Not the results_url of the reply: the key goes to the address of the spec alone.
  results: (batch) => [
    `/messages/batches/${encodeURIComponent(textIn(batch, 'id') ?? '')}/results`,
  ],
  line: lineOf,
}

/** The clocks of two machines may differ by this. */
const clockSkewMs = 120_000

/** in_progress and canceling go on; each result then has its own ending. */
function stateOf(batch: Json): DeferredState {
  const word = textIn(batch, 'processing_status') ?? 'unknown'
  if (word === 'ended') return { kind: 'ended', word: 'completed' }
  const counts = fieldsOf(batch['request_counts'])
  const done = ['succeeded', 'errored', 'canceled', 'expired'].reduce(
    (sum, name) => sum + (countIn(counts[name]) ?? 0),
    0,
  )
  return { kind: 'waiting', word, done }
}

function lineOf(line: Json): BatchLine | null {
  const key = textIn(line, 'custom_id')
  const result = fieldsOf(line['result'])
  if (key === null) return null
  const type = textIn(result, 'type')
  if (type === 'succeeded') return { key, kind: 'reply', body: fieldsOf(result['message']) }
  if (type === 'expired') return { key, kind: 'missed', word: 'expired' }
  if (type === 'canceled') return { key, kind: 'missed', word: 'cancelled' }
  const outer = fieldsOf(result['error'])
  const inner = fieldsOf(outer['error'] ?? outer)
  const status = statuses[textIn(inner, 'type') ?? ''] ?? 500
  return { key, kind: 'failed', status, body: { error: inner } }
}
