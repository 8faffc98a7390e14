import type { ImportResult } from '../../core/carbon/imported-use.ts'
import { type RequestTokens, usesOf } from '../../core/carbon/token-sums.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { isContainer, isEmbedding, spanNames } from './otel/names.ts'

interface Span {
  readonly id: string | null
  readonly parent: string | null
  readonly attributes: ReadonlyMap<string, unknown>
}

/**
 * Reads spans of requests to models: OTLP JSON (one document or one per line), exports of Jaeger, or plain objects with
 * `attributes`; with the attributes of gen_ai, OpenInference, or the AI SDK. Tokens are summed per model; spans carry no
 * energy, so that is estimated from them later. Source: OpenTelemetry semantic conventions for generative AI.
 */
export function readOtel(text: string): ImportResult {
  const spans = documents(text).flatMap(spansOf)
  const read = spans.flatMap((span) => {
    const tokens = tokensOf(span)
    return tokens === null ? [] : [{ span, tokens }]
  })
  if (read.length === 0) throw invalid('no span has gen_ai.usage attributes')
  const outer = ancestorsOf(
    read.map(({ span }) => span),
    spans,
  )
  const requests = read.filter(({ span }) => span.id === null || !outer.has(span.id))
  const others = spans.length - read.length
  const repeated = read.length - requests.length
  return {
    uses: usesOf(
      requests.map(({ tokens }) => tokens),
      {
        tool: 'opentelemetry',
        note: 'spans contain tokens but no energy; the energy of a hosted model can only be estimated',
      },
    ),
    leftOut: [
      ...(others > 0 ? [`${others} spans without gen_ai usage of a request`] : []),
      ...(repeated > 0
        ? [`${repeated} spans that contain another request, whose tokens they repeat`]
        : []),
    ],
  }
}

/** Ids of all spans above those of requests: two instrumentations of one call count its tokens twice. */
function ancestorsOf(requests: readonly Span[], spans: readonly Span[]): ReadonlySet<string> {
  const parents = new Map(
    spans.flatMap(({ id, parent }) => (id === null ? [] : [[id, parent] as const])),
  )
  const above = new Set<string>()
  for (const { parent } of requests)
    for (let at = parent; at !== null && !above.has(at); at = parents.get(at) ?? null) above.add(at)
  return above
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

type Json = Readonly<Record<string, unknown>>

const list = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : []

/** Spans of an OTLP document, of an export of Jaeger, or the object itself where it has attributes. */
function spansOf(document: unknown): readonly Span[] {
  const of = (document ?? {}) as Json
  if (of['attributes'] !== undefined) return [spanOf(of)]
  if (of['data'] !== undefined)
    return list(of['data']).flatMap(({ spans }) => list(spans).map(spanOf))
  return list(of['resourceSpans'] ?? of['resource_spans']).flatMap((resource) =>
    list(resource['scopeSpans'] ?? resource['scope_spans']).flatMap(({ spans }) =>
      list(spans).map(spanOf),
    ),
  )
}

function spanOf(span: Json): Span {
  const context = (span['context'] ?? {}) as Json
  const above = list(span['references'])[0] ?? {}
  const text = (...values: readonly unknown[]) => {
    const value = values.find((one) => typeof one === 'string' && one !== '')
    return typeof value === 'string' ? value : null
  }
  return {
    id: text(span['spanId'], span['span_id'], span['spanID'], context['span_id']),
    parent: text(span['parentSpanId'], span['parent_span_id'], span['parent_id'], above['spanID']),
    attributes: attributesOf(span['attributes'] ?? span['tags']),
  }
}

function attributesOf(value: unknown): Span['attributes'] {
  if (Array.isArray(value))
    return new Map(
      list(value).map(({ key, value: inner }) => [
        String(key),
        typeof inner === 'object' && inner !== null ? Object.values(inner)[0] : inner,
      ]),
    )
  return new Map(Object.entries((value ?? {}) as Json))
}

/** The tokens of a request; null for a span that is none. An embedding generates none. */
function tokensOf({ attributes }: Span): RequestTokens | null {
  const of = (name: string) => attributes.get(name)
  if (isContainer(of)) return null
  const named = (names: readonly string[]) =>
    names.map(of).find((value): value is string => typeof value === 'string' && value !== '')
  const count = (names: readonly string[]) =>
    countOf(names.map((name) => [name, of(name)] as const))
  const model = named(spanNames.model)
  const input = count(spanNames.input)
  const output = count(spanNames.output) ?? (isEmbedding(of) ? 0 : null)
  if (model === undefined || input === null || output === null) return null
  const cached = count(spanNames.cacheRead) ?? 0
  const written = count(spanNames.cacheWritten) ?? 0
  const reasoning = count(spanNames.reasoning) ?? 0
  return {
    ...{ model, provider: named(spanNames.provider) ?? null, cached },
    // Both belong into the total; what is larger than the total was counted apart from it.
    input: cached + written > input ? input + cached + written : input,
    output: reasoning > output ? output + reasoning : output,
  }
}

/** OTLP writes 64-bit integers as text. */
function countOf(values: readonly (readonly [string, unknown])[]): number | null {
  const found = values.find(([, value]) => value !== undefined && value !== null)
  if (found === undefined) return null
  const value = Number(found[1])
  if (!Number.isFinite(value) || value < 0) throw invalid(`${found[0]} is ${String(found[1])}`)
  return value
}

function invalid(what: string): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `OpenTelemetry file: ${what}`)
}
