import { createHash } from 'node:crypto'
import type { ModelIdentity } from '../../../contract/runtime.ts'
import { entriesOf, fieldsOf } from '../../../core/data/fields.ts'
import { sizeIn } from '../../../core/data/figures.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import type { Endpoint } from './address.ts'
import { type SendOptions, send } from './request.ts'

/** What an endpoint tells of a model without being asked a question. */
interface Told {
  readonly revision?: string
  readonly precision?: string
  readonly parameters?: number
  readonly bytes?: number
}

/** A name that ends in a date or digest stands still: gpt-4o-2024-08-06, gpt-4-0613, mistral-large-2407, x@sha256:... */
const pinnedName = /(-\d{4}-\d{2}-\d{2}|-\d{8}|-\d{4}|@sha256:[0-9a-f]{8,}|@[0-9a-f]{40})$/

export interface Identified {
  readonly identity: ModelIdentity
  /** The identity after a reply, by the snapshot that it named. */
  readonly resolved: (answered: string | null) => ModelIdentity
}

/**
 * Finds out what answers under a name without asking a question: the digest that Ollama lists, the size that
 * llama-server lists; a reply then names the snapshot. What stays an alias is floating: its outcomes expire.
 */
export async function identify(
  candidate: CandidateSpec,
  endpoint: Endpoint,
  options: SendOptions & { readonly promptText: string },
): Promise<Identified> {
  const model = candidate.model ?? ''
  const listed = await listing(endpoint, model, options)
  const told = { ...listed, ...(await ollamaDigest(endpoint, model, options)) }
  const prompt = short(options.promptText)
  const at = short(`${endpoint.baseUrl}${endpoint.query} ${endpoint.api ?? ''}`)
  const pinned = told.revision !== undefined || pinnedName.test(model)
  const named = (answered: string): ModelIdentity => ({
    model,
    revision: `${told.revision ?? answered} prompt:${prompt} at:${at}`,
    precision: told.precision ?? 'unknown',
    engine: `${candidate.runtime} ${new URL(endpoint.baseUrl).host}`,
    floating: !pinned && !pinnedName.test(answered),
    ...sizes(candidate, told),
    ...(candidate.labels === undefined ? {} : { labels: candidate.labels }),
  })
  const resolved = (answered: string | null): ModelIdentity => ({
    ...named(pinned ? model : (answered ?? model)),
    ...(answered === null ? {} : { served: `${answered} at ${endpoint.baseUrl}` }),
  })
  return { identity: named(model), resolved }
}

/** Enough of a digest to tell two texts apart. */
const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

function sizes(
  { parameters, activeParameters }: CandidateSpec,
  told: Told,
): Partial<ModelIdentity> {
  const known = parameters ?? told.parameters
  return {
    ...(known === undefined ? {} : { parameters: known }),
    ...(activeParameters === undefined ? {} : { activeParameters }),
    ...(told.bytes === undefined ? {} : { bytes: told.bytes }),
  }
}

/** GET /models costs nothing and says whether anything is there. An endpoint without it is fine; one that is down is not. */
async function listing(endpoint: Endpoint, model: string, options: SendOptions): Promise<Told> {
  if (endpoint.api === 'converse' || endpoint.api === 'ollama') return {}
  try {
    const { reply } = await send(endpoint, '/models', null, { ...options, timeoutS: 10 })
    const row = entriesOf(reply['data'])
      .map(fieldsOf)
      .find(({ id }) => id === model)
    const { n_params, size } = fieldsOf(row?.['meta'])
    const [parameters, bytes] = [sizeIn(n_params), sizeIn(size)]
    return {
      ...(parameters === undefined ? {} : { parameters }),
      ...(bytes === undefined ? {} : { bytes }),
    }
  } catch (cause) {
    if (!(cause instanceof RightsizeError)) throw cause
    if (/DOWN|REDIRECTED/.test(cause.code) || /^(401|403)/.test(cause.message)) throw cause
    return {}
  }
}

/** Ollama lists digests at /api/tags, beside /v1 (source: docs/api.md of ollama/ollama). */
async function ollamaDigest(
  endpoint: Endpoint,
  model: string,
  options: SendOptions,
): Promise<Told> {
  const { port, origin } = new URL(endpoint.baseUrl)
  const isOllama = endpoint.api === 'ollama'
  if (port !== '11434' && !isOllama) return {}
  try {
    const root = { ...endpoint, baseUrl: isOllama ? endpoint.baseUrl : origin }
    const { reply } = await send(root, '/api/tags', null, { ...options, timeoutS: 10 })
    const rows = entriesOf(reply['models']).map(fieldsOf)
    const row = rows.find(({ name }) => name === model || name === `${model}:latest`)
    const precision = fieldsOf(row?.['details'])['quantization_level']
    const bytes = sizeIn(row?.['size'])
    return {
      ...(typeof row?.['digest'] === 'string' ? { revision: row['digest'] } : {}),
      ...(bytes === undefined ? {} : { bytes }),
      ...(typeof precision === 'string' ? { precision } : {}),
    }
  } catch (cause) {
    if (isOllama && cause instanceof RightsizeError && cause.code === 'ENDPOINT_DOWN') throw cause
    return {} // another server on that port
  }
}
