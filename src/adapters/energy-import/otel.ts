import type { ImportResult } from '../../core/carbon/imported-use.ts'
import { type RequestTokens, usesOf } from '../../core/carbon/token-sums.ts'
import { RightsizeError } from '../../core/error/error.ts'

type Attributes = ReadonlyMap<string, unknown>

/**
 * Reads OpenTelemetry spans with gen_ai attributes: OTLP JSON (one document or one per line), or plain objects with
 * `attributes`. Tokens are summed per model; spans carry no energy, so that is estimated from them later.
 * Source: OpenTelemetry semantic conventions for generative AI (gen_ai.request.model, gen_ai.usage.*).
 */
export function readOtel(text: string): ImportResult {
  const spans = documents(text).flatMap(spansOf)
  const requests = spans.flatMap((span) => usageOf(span) ?? [])
  if (requests.length === 0) throw invalid('no span has gen_ai.usage attributes')
  const others = spans.length - requests.length
  return {
    uses: usesOf(requests, {
      tool: 'opentelemetry',
      note: 'spans contain tokens but no energy; the energy of a hosted model can only be estimated',
    }),
    leftOut: others > 0 ? [`${others} spans without gen_ai usage of a request`] : [],
  }
}

function documents(text: string): readonly unknown[] {
  const whole = tryJson(text)
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole]
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line, i) => {
    const value = tryJson(line)
    if (value === undefined) throw invalid(`line ${i + 1} is not JSON`)
    return value
  })
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Spans of an OTLP document, or the object itself where it has attributes. */
function spansOf(document: unknown): readonly Attributes[] {
  const { resourceSpans, attributes } = (document ?? {}) as {
    resourceSpans?: unknown
    attributes?: unknown
  }
  if (attributes !== undefined) return [attributesOf(attributes)]
  return list(resourceSpans).flatMap((resource) =>
    list((resource as { scopeSpans?: unknown }).scopeSpans).flatMap((scope) =>
      list((scope as { spans?: unknown }).spans).map((span) =>
        attributesOf((span as { attributes?: unknown }).attributes),
      ),
    ),
  )
}

const list = (value: unknown): readonly object[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : []

function attributesOf(value: unknown): Attributes {
  if (Array.isArray(value))
    return new Map(
      list(value).map((pair) => {
        const { key, value: inner } = pair as { key?: unknown; value?: Record<string, unknown> }
        return [String(key), Object.values(inner ?? {})[0]]
      }),
    )
  return new Map(Object.entries((value ?? {}) as Record<string, unknown>))
}

/** Spans that contain those of requests, whose tokens they repeat. */
const containers = new Set(['invoke_agent', 'create_agent', 'invoke_workflow', 'execute_tool'])

/** The tokens of a request; null for a span that is none. An embedding generates none. */
function usageOf(span: Attributes): RequestTokens | null {
  const operation = String(span.get('gen_ai.operation.name') ?? '')
  if (containers.has(operation)) return null
  const model = span.get('gen_ai.response.model') ?? span.get('gen_ai.request.model')
  const input = count(span, 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens')
  const generated = count(span, 'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens')
  const output = generated ?? (operation === 'embeddings' ? 0 : null)
  if (typeof model !== 'string' || input === null || output === null) return null
  const cached =
    count(span, 'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cached_tokens') ?? 0
  const provider = span.get('gen_ai.provider.name') ?? span.get('gen_ai.system')
  return { model, provider: typeof provider === 'string' ? provider : null, input, output, cached }
}

/** OTLP writes 64-bit integers as text. */
function count(span: Attributes, ...keys: readonly string[]): number | null {
  const raw = keys.map((key) => span.get(key)).find((value) => value !== undefined)
  if (raw === undefined) return null
  const value = Number(raw)
  if (!Number.isFinite(value) || value < 0) throw invalid(`${keys[0]} is ${String(raw)}`)
  return value
}

function invalid(what: string): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `OpenTelemetry file: ${what}`)
}
