import { RightsizeError } from '../../core/error/error.ts'
import type { SpecInput } from '../../core/spec/define.ts'
import { parseSpecValue } from '../../core/spec/parse.ts'
import { renderSpecInput } from '../../core/spec/render.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Row } from './effects.ts'

export interface PredictionRequest {
  readonly task?: string | undefined
  readonly id?: string | undefined
  readonly input?: string | undefined
  readonly incumbent?: string | undefined
  readonly margin?: number | undefined
  readonly floor?: number | undefined
  readonly claim?: 'supported' | 'certified' | undefined
  readonly slices?: readonly string[] | undefined
  readonly order?: SpecInput['order']
  readonly predictions: readonly { readonly name: string; readonly file: string }[]
  readonly expectedFile: string
}

const idNames = ['id', 'item', 'item_id', 'doc_id', 'key']
const labelNames = ['expected', 'label', 'target', 'answer', 'gold', 'intent']
const inputNames = ['input', 'text', 'question', 'prompt', 'query']

/**
 * The spec that decides from outputs that already exist: every file of predictions is a `replay` candidate, the file of
 * labels is the data set. The candidate named `incumbent` is the incumbent unless another is named.
 */
export async function specFromPredictions(
  request: PredictionRequest,
  world: { rows(path: string): Promise<readonly Row[]> },
): Promise<{ readonly spec: Spec; readonly yaml: string }> {
  const rows = await world.rows(request.expectedFile)
  const columns = Object.keys(rows[0] ?? {})
  const id = request.id ?? pick(columns, idNames)
  const expected = pick(columns, labelNames) ?? columns.find((column) => column !== id)
  if (id === undefined || expected === undefined) {
    throw new RightsizeError(
      'DATA_COLUMN',
      'the labels need a column that names the item and one that holds the label',
      {
        at: request.expectedFile,
        next: `Columns are: ${columns.join(', ')}. Name them id and label, or say --id COLUMN.`,
      },
    )
  }
  const names = request.predictions.map((one) => one.name)
  const incumbent = request.incumbent ?? names.find((name) => name === 'incumbent')
  const input: SpecInput = {
    task: request.task ?? 'predictions',
    dataset: {
      test: request.expectedFile,
      input: request.input ?? pick(columns, inputNames) ?? id,
      expected,
      id,
      ...(request.slices?.length ? { slices: request.slices } : {}),
    },
    candidates: request.predictions.map(({ name, file }) => ({
      id: name,
      runtime: 'replay',
      model: file,
    })),
    ...(incumbent === undefined ? {} : { incumbent }),
    bar:
      request.floor === undefined ? { margin: request.margin ?? 0.01 } : { floor: request.floor },
    ...(request.claim === undefined ? {} : { risk: { claim: request.claim } }),
    ...(request.order === undefined ? {} : { order: request.order }),
  }
  return { spec: parseSpecValue(input, 'flags'), yaml: renderSpecInput(input) }
}

function pick(columns: readonly string[], names: readonly string[]): string | undefined {
  return names.flatMap((name) => columns.find((column) => column.toLowerCase() === name) ?? [])[0]
}
