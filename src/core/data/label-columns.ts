import { RightsizeError } from '../error/error.ts'

const idNames = ['id', 'item', 'item_id', 'doc_id', 'key', 'index']
const labelNames = ['expected', 'label', 'target', 'answer', 'gold', 'intent']
const inputNames = ['input', 'text', 'question', 'prompt', 'query']

/** Which columns of a file of labels hold what. */
export interface FoundColumns {
  /** Absent: rows pair with predictions by position. */
  readonly id?: string
  readonly expected: string
  readonly input?: string
}

/**
 * Columns of a file of labels: those that were named, else found by their usual names. A file of one further column
 * beside the id is taken to hold the label there. DATA_COLUMN where none can be meant.
 */
export function labelColumns(
  present: readonly string[],
  named: { readonly id?: string | undefined; readonly input?: string | undefined },
  file: string,
): FoundColumns {
  const id = named.id ?? pick(present, idNames)
  const input = named.input ?? pick(present, inputNames)
  const others = present.filter((column) => column !== id && column !== input)
  const expected = pick(others, labelNames) ?? (others.length === 1 ? others[0] : undefined)
  if (expected === undefined)
    throw new RightsizeError(
      'DATA_COLUMN',
      'No column of the labels can be told to hold the label.',
      {
        at: file,
        next: `Columns are: ${present.join(', ')}. Name the one with the label \`label\`, the one that names the item \`id\` (or say --id COLUMN).`,
      },
    )
  return {
    expected,
    ...(id === undefined ? {} : { id }),
    ...(input === undefined ? {} : { input }),
  }
}

function pick(columns: readonly string[], names: readonly string[]): string | undefined {
  return names.flatMap((name) => columns.find((column) => column.toLowerCase() === name) ?? [])[0]
}
