import { createHash } from 'node:crypto'
import type { ModelIdentity } from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import type { Endpoint } from './endpoint.ts'
import type { Json } from './reply.ts'
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
  /** Fingerprint of the first reply; a later one that differs is told. */
  readonly fingerprint: string | null
}

/**
 * Finds out what answers under a name: the digest that Ollama gives, the size that llama-server gives, else the snapshot
 * that a one-token question is answered by. What stays an alias is floating: its outcomes expire.
 */
export async function identify(
  candidate: CandidateSpec,
  endpoint: Endpoint,
  options: SendOptions & {
    /** Asks one short question; null where the candidate must not be asked. */
    readonly probe: (() => Promise<Json>) | null
    readonly promptText: string
  },
): Promise<Identified> {
  const model = candidate.model ?? ''
  const listed = await listing(endpoint, model, options)
  const told = { ...listed, ...(await ollamaDigest(endpoint, model, options)) }
  const pinned = told.revision !== undefined || pinnedName.test(model)
  const first = pinned || !options.probe ? null : await probed(options.probe)
  const resolved = typeof first?.['model'] === 'string' ? first['model'] : model
  const fingerprint = first?.['system_fingerprint']
  const prompt = createHash('sha256').update(options.promptText).digest('hex').slice(0, 16)
  return {
    fingerprint: typeof fingerprint === 'string' ? fingerprint : null,
    identity: {
      model,
      revision: `${told.revision ?? resolved} prompt:${prompt}`,
      precision: told.precision ?? 'unknown',
      engine: `openai ${new URL(endpoint.baseUrl).host}`,
      floating: !pinned && !pinnedName.test(resolved),
      ...sizes(candidate, told),
      ...(candidate.labels === undefined ? {} : { labels: candidate.labels }),
    },
  }
}

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
  try {
    const { reply } = await send(endpoint, '/models', null, { ...options, timeoutS: 10 })
    const rows = Array.isArray(reply['data']) ? (reply['data'] as readonly Json[]) : []
    const meta = rows.find((row) => row['id'] === model)?.['meta'] as Json | null | undefined
    return {
      ...(typeof meta?.['n_params'] === 'number' ? { parameters: meta['n_params'] } : {}),
      ...(typeof meta?.['size'] === 'number' ? { bytes: meta['size'] } : {}),
    }
  } catch (cause) {
    if (!(cause instanceof RightsizeError)) throw cause
    if (cause.code === 'ENDPOINT_DOWN' || /^(401|403)/.test(cause.message)) throw cause
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
  if (port !== '11434') return {}
  try {
    const root = { ...endpoint, baseUrl: origin }
    const { reply } = await send(root, '/api/tags', null, { ...options, timeoutS: 10 })
    const rows = Array.isArray(reply['models']) ? (reply['models'] as readonly Json[]) : []
    const row = rows.find((each) => each['name'] === model || each['name'] === `${model}:latest`)
    const precision = (row?.['details'] as Json | undefined)?.['quantization_level']
    return {
      ...(typeof row?.['digest'] === 'string' ? { revision: row['digest'] } : {}),
      ...(typeof row?.['size'] === 'number' ? { bytes: row['size'] } : {}),
      ...(typeof precision === 'string' ? { precision } : {}),
    }
  } catch {
    return {} // another server on that port
  }
}

/** A refusal of the probe's settings says nothing about the model; everything else is worth knowing now. */
async function probed(probe: () => Promise<Json>): Promise<Json | null> {
  try {
    return await probe()
  } catch (cause) {
    const known = cause instanceof RightsizeError ? cause : null
    if (known?.code === 'ENDPOINT_EMPTY' || /^4(00|22)/.test(known?.message ?? '')) return null
    throw cause
  }
}
