import type { Importer } from '../../contract/importer.ts'
import type { ImportedRow } from '../../core/data/imported.ts'
import { jsonlRows } from '../../core/data/json-rows.ts'

interface BatchLine {
  readonly custom_id: string
  readonly response?: { readonly status_code?: number; readonly body?: Body } | null
  readonly error?: { readonly code?: string; readonly message?: string } | null
}

/** Of chat completions or of responses. */
interface Body {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown } }[]
  readonly output?: readonly { readonly content?: readonly { readonly text?: string }[] }[]
  readonly usage?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message?: string } | null
}

/**
 * The output file of OpenAI's batch API (also of those that copy it): one line per request, by `custom_id`. A request
 * that failed is a failed answer. Source: the batch guide of OpenAI's API reference.
 */
export const openaiBatchImporter: Importer = {
  accepts: ({ firstLine }) =>
    typeof firstLine === 'object' &&
    firstLine !== null &&
    'custom_id' in firstLine &&
    'response' in firstLine,
  read: ({ text, file, name }) => {
    const rows = (jsonlRows(text, file) as unknown as readonly BatchLine[]).map(rowOf)
    return {
      task: null,
      items: rows.map(({ id }) => ({ id, input: id, expected: null })),
      candidates: [{ id: name, rows }],
      scored: false,
      ignored: [],
    }
  },
}

function rowOf({ custom_id: id, response, error }: BatchLine): ImportedRow {
  const { status_code: status = 200, body = {} } = response ?? {}
  const failed =
    error?.message ??
    error?.code ??
    body.error?.message ??
    (status >= 400 ? `HTTP ${status}` : null)
  const output = contentOf(body)
  const { usage = {} } = body
  const tokens = [
    usage['prompt_tokens'] ?? usage['input_tokens'],
    usage['completion_tokens'] ?? usage['output_tokens'],
  ]
  const [input, answered] = tokens.map(Number)
  return {
    id: String(id),
    ...(output === null ? {} : { output }),
    ...(failed === null && output !== null ? {} : { error: failed ?? 'no output' }),
    ...(Number.isFinite(input)
      ? { tokens: { input: input ?? 0, output: Number.isFinite(answered) ? (answered ?? 0) : 0 } }
      : {}),
  }
}

function contentOf({ choices, output }: Body): string | null {
  const content = choices?.[0]?.message?.content
  if (typeof content === 'string') return content
  const texts = output?.flatMap((one) => one.content?.flatMap(({ text }) => text ?? []) ?? []) ?? []
  return texts.length === 0 ? null : texts.join('')
}
