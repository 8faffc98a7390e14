import type { Row } from '../app/evaluate/effects.ts'
import type { At } from '../wire/world.ts'

const inputNames = 'text input message question query prompt utterance sentence'.split(' ')
const labelNames = 'label expected intent category class target answer'.split(' ')

/** Columns of a file of rows, and those that by their names are the input and the label. */
export interface Columns {
  readonly all: readonly string[]
  readonly input: string | undefined
  readonly expected: string | undefined
}

/** Read from the first row. Throws DATA_MISSING and the like. */
export async function columnsOf(dataset: string, { effects, cwd }: At): Promise<Columns> {
  const path = effects.resolve(cwd, dataset)
  const [row]: readonly Row[] = await effects.readRows(path, {
    ...{ test: dataset, input: '', limit: 1 },
  })
  const all = Object.keys(row ?? {})
  return { all, input: pick(all, inputNames) ?? all[0], expected: pick(all, labelNames) }
}

function pick(columns: readonly string[], names: readonly string[]): string | undefined {
  return names.flatMap((name) => columns.find((one) => one.toLowerCase() === name) ?? [])[0]
}
