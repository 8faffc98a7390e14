import type { ImportedUse, ImportResult } from '../../core/carbon/imported-use.ts'
import { RightsizeError } from '../../core/error/error.ts'

type Attributes = ReadonlyMap<string, unknown>

/**
 * Reads OpenTelemetry spans with gen_ai attributes: OTLP JSON (one document or one per line), or plain objects with
 * `attributes`. Tokens are summed per model; spans carry no energy, so that is estimated from them later.
 * Source: OpenTelemetry semantic conventions for generative AI (gen_ai.request.model, gen_ai.usage.*).
 */
export function readOtel(text: string): ImportResult {
  const spans = documents(text).flatMap(spansOf)
  const models = new Map<
    string,
    { requests: number; input: number; output: number; cached: number }
  >()
  let others = 0
  for (const span of spans) {
    const use = usageOf(span)
    if (use === null) {
      others++
      continue
    }
    const sum = models.get(use.model) ?? { requests: 0, input: 0, output: 0, cached: 0 }
    models.set(use.model, {
      requests: sum.requests + 1,
      input: sum.input + use.input,
      output: sum.output + use.output,
      cached: sum.cached + use.cached,
    })
  }
  if (models.size === 0) throw invalid('no span has gen_ai.usage attributes')
  return {
    uses: [...models].map(([name, sum]) => useOf(name, sum)),
    leftOut: others > 0 ? [`${others} spans without gen_ai usage`] : [],
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

function usageOf(span: Attributes) {
  const model = span.get('gen_ai.response.model') ?? span.get('gen_ai.request.model')
  const input = count(span, 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens')
  const output = count(span, 'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens')
  if (typeof model !== 'string' || input === null || output === null) return null
  const cached =
    count(span, 'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cached_tokens') ?? 0
  return { model, input, output, cached }
}

/** OTLP writes 64-bit integers as text. */
function count(span: Attributes, ...keys: readonly string[]): number | null {
  const raw = keys.map((key) => span.get(key)).find((value) => value !== undefined)
  if (raw === undefined) return null
  const value = Number(raw)
  if (!Number.isFinite(value) || value < 0) throw invalid(`${keys[0]} is ${String(raw)}`)
  return value
}

function useOf(
  name: string,
  sum: { requests: number; input: number; output: number; cached: number },
): ImportedUse {
  return {
    name,
    tool: 'opentelemetry',
    energyKwh: null,
    pueInside: 1,
    durationS: null,
    requests: sum.requests,
    tokens: { input: sum.input, output: sum.output, cachedInput: sum.cached },
    boundary: 'tokens only',
    method: 'modeled',
    notes: [
      'spans contain tokens but no energy; the energy of a hosted model can only be estimated',
    ],
  }
}

function invalid(what: string): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `OpenTelemetry file: ${what}`)
}
