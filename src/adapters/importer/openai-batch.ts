import type { Importer } from '../../contract/importer.ts'
import { entriesOf, errorIn, type Fields, fieldsOf } from '../../core/data/fields.ts'
import { jsonlRows } from '../../core/data/json-rows.ts'
import type { WrittenRow } from '../../core/data/written-outcomes.ts'

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
    const rows = jsonlRows(text, file).map(rowOf)
    return {
      task: null,
      items: rows.map(({ id }) => ({ id, input: id, expected: null })),
      candidates: [{ id: name, rows }],
      scored: false,
      ignored: [],
    }
  },
}

function rowOf({ custom_id: id, response, error }: Fields): WrittenRow {
  const { status_code: status = 200, body } = fieldsOf(response)
  const { usage, error: inside } = fieldsOf(body)
  const failed =
    errorIn(error) ?? errorIn(inside) ?? (Number(status) >= 400 ? `HTTP ${status}` : undefined)
  const output = contentOf(fieldsOf(body))
  const { prompt_tokens, input_tokens = prompt_tokens } = fieldsOf(usage)
  const { completion_tokens, output_tokens = completion_tokens } = fieldsOf(usage)
  const tokens = { input: input_tokens, output: output_tokens }
  return {
    id,
    output,
    error: failed ?? (output === null ? 'no output' : undefined),
    ...(usage === undefined || usage === null ? {} : { tokens }),
  }
}

function contentOf({ choices, output }: Fields): string | null {
  const { content } = fieldsOf(fieldsOf(entriesOf(choices)[0])['message'])
  if (typeof content === 'string') return content
  const texts = entriesOf(output)
    .flatMap((one) => entriesOf(fieldsOf(one)['content']))
    .flatMap((part) => fieldsOf(part)['text'] ?? [])
  return texts.length === 0 ? null : texts.join('')
}
