import type { ImportResult } from '../../core/carbon/imported-use.ts'
import { type RequestTokens, usesOf } from '../../core/carbon/token-sums.ts'
import { fieldsOf } from '../../core/data/fields.ts'
import { RightsizeError } from '../../core/error/error.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads the logs of LiteLLM: rows of its table of spend (also as `{ data: [...] }`, as the proxy returns them), or standard
 * logging payloads, as a JSON list or one a line. Tokens are summed per model and provider.
 * Source: LiteLLM's StandardLoggingPayload (docs.litellm.ai, logging_spec) and its table LiteLLM_SpendLogs.
 */
export function readLitellm(text: string): ImportResult {
  const rows = rowsOf(text).map((row) => fieldsOf(row['standard_logging_object'] ?? row))
  const read = rows.map(requestOf)
  const requests = read.filter((one): one is RequestTokens => typeof one !== 'string')
  if (requests.length === 0) throw invalid('no row has tokens of a model that answered')
  return {
    uses: usesOf(requests, {
      tool: 'litellm',
      note: 'the logs of LiteLLM contain tokens but no energy; the energy of a hosted model can only be estimated',
    }),
    leftOut: counted(read.filter((one) => typeof one === 'string')),
  }
}

function rowsOf(text: string): readonly Fields[] {
  const whole = parsed(text)
  const list =
    whole === undefined
      ? text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parsed(line)]))
      : Array.isArray(whole)
        ? whole
        : (fieldsOf(whole)['data'] ?? [whole])
  if (!Array.isArray(list) || list.includes(undefined)) throw invalid('a line is not JSON')
  return list.map(fieldsOf)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Kinds of calls whose work is not that of tokens. */
const notModeled = /image|speech|transcription|audio|video|rerank|moderation|ocr/

/** The tokens of a request, or why it has none. */
function requestOf(row: Fields): RequestTokens | string {
  const call = String(row['call_type'] ?? '')
  if (row['status'] === 'failure') return 'failed requests'
  if (String(row['cache_hit']).toLowerCase() === 'true') return 'answers from the cache of LiteLLM'
  if (notModeled.test(call)) return `calls of ${call}, which are not modeled`
  const { model, prompt_tokens: input, completion_tokens: output } = row
  if (typeof model !== 'string' || model === '') return 'rows without a model'
  if (!isCount(input) || !isCount(output)) return 'rows without tokens'
  const provider = row['custom_llm_provider']
  return {
    ...{ model, input, output },
    provider: typeof provider === 'string' && provider !== '' ? provider : null,
    cached: Math.min(input, cachedIn(row)),
  }
}

/** Tokens that the provider read from its cache: in the usage that LiteLLM keeps beside the row, as an object or as text. */
function cachedIn({ metadata }: Fields): number {
  const kept = fieldsOf(typeof metadata === 'string' ? parsed(metadata) : metadata)
  const usage = fieldsOf(kept['usage_object'])
  const cached = fieldsOf(usage['prompt_tokens_details'])['cached_tokens']
  return isCount(cached) ? cached : 0
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0

const counted = (reasons: readonly string[]): readonly string[] =>
  [...new Set(reasons)].map(
    (reason) => `${reasons.filter((one) => one === reason).length} ${reason}`,
  )

const invalid = (what: string): RightsizeError =>
  new RightsizeError('IMPORT_INVALID', `LiteLLM file: ${what}`)
