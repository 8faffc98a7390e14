import type { ImportResult } from '../../core/carbon/imported-use.ts'
import { type RequestTokens, usesOf } from '../../core/carbon/token-sums.ts'
import { fieldsOf } from '../../core/data/fields.ts'
import { countIn } from '../../core/data/figures.ts'
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
    leftOut: [...counted(read.filter((one) => typeof one === 'string')), ...encodedNote(rows)],
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
  const usage = usageIn(row)
  if (otherThanText(usage['completion_tokens_details']) > 0)
    return 'answers with sound or images, which are not modeled'
  const { model } = row
  const [input, output] = [countIn(row['prompt_tokens']), countIn(row['completion_tokens'])]
  if (typeof model !== 'string' || model === '') return 'rows without a model'
  if (input === undefined || output === undefined) return 'rows without tokens'
  const provider = row['custom_llm_provider']
  return {
    ...{ model, input, output },
    provider: typeof provider === 'string' && provider !== '' ? provider : null,
    cached: Math.min(
      input,
      countIn(fieldsOf(usage['prompt_tokens_details'])['cached_tokens']) ?? 0,
    ),
  }
}

/** The usage of the provider that LiteLLM keeps beside a row, as an object or as text. */
function usageIn({ metadata }: Fields): Fields {
  const kept = fieldsOf(typeof metadata === 'string' ? parsed(metadata) : metadata)
  return fieldsOf(kept['usage_object'])
}

/** Tokens of sound and images among those of an input or an answer. */
function otherThanText(details: unknown): number {
  const { audio_tokens: sound, image_tokens: images } = fieldsOf(details)
  return (countIn(sound) ?? 0) + (countIn(images) ?? 0)
}

/** Images and sound that were sent: the model reads their tokens as it reads text, what makes tokens of them is other work. */
function encodedNote(rows: readonly Fields[]): readonly string[] {
  const tokens = rows.map((row) => otherThanText(usageIn(row)['prompt_tokens_details']))
  const all = tokens.reduce((sum, one) => sum + one, 0)
  return all === 0
    ? []
    : [`${all} input tokens are of images or sound: counted as text; encoding them is not modeled`]
}

const counted = (reasons: readonly string[]): readonly string[] =>
  [...new Set(reasons)].map(
    (reason) => `${reasons.filter((one) => one === reason).length} ${reason}`,
  )

const invalid = (what: string): RightsizeError =>
  new RightsizeError('IMPORT_INVALID', `LiteLLM file: ${what}`)
