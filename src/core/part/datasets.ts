import { type Part, type Parts, partName, partNames, unknownPart } from './part.ts'

/** The facts of one format of a dataset. */
export interface DatasetPart extends Part {
  /** Endings of file names that show it, without the dot; `.gz` may follow. A folder has none. */
  readonly endings: readonly string[]
  readonly of: 'file' | 'folder'
}

/** Every format. How each is read: adapters/dataset/table.ts. */
export const datasets = {
  csv: {
    summary: 'rows of a CSV or TSV file, with or without a header',
    example: 'dataset: { test: test.csv, input: text, expected: label }',
    endings: ['csv', 'tsv'],
    of: 'file',
  },
  jsonl: {
    summary: 'one JSON object per line',
    example: 'dataset: { test: test.jsonl, input: text, expected: label }',
    endings: ['jsonl', 'ndjson'],
    of: 'file',
  },
  json: {
    summary: 'a JSON list of objects',
    example: 'dataset: { test: test.json, input: text, expected: label }',
    endings: ['json'],
    of: 'file',
  },
  directory: {
    summary: 'a folder of files, one per item, with a table of labels',
    example: 'dataset: { test: images/, input: path, expected: label, labels: labels.csv }',
    endings: [],
    of: 'folder',
  },
} as const satisfies Parts<DatasetPart>

export type DatasetFormat = keyof typeof datasets

const words = { code: 'DATA_FORMAT', noun: 'dataset format' } as const

/**
 * The format of a file or folder: what the spec names where it fits, else what the name shows; null where neither does.
 * Throws DATA_FORMAT for a named format that there is not.
 */
export function formatOf(
  path: string,
  of: DatasetPart['of'],
  named: string | undefined,
): DatasetFormat | null {
  if (named !== undefined && partName(datasets, named) === null)
    throw unknownPart(datasets, named, words, 'dataset.format')
  const able = partNames(datasets).filter((name) => datasets[name].of === of)
  const chosen = able.find((name) => name === named)
  return chosen ?? able.find((name) => shows(path, datasets[name])) ?? null
}

/** A folder's name shows nothing: where one format is read from folders, it is that one. */
const shows = (path: string, { of, endings }: DatasetPart): boolean =>
  of === 'folder' || endings.some((one) => new RegExp(`\\.${one}(\\.gz)?$`, 'i').test(path))
