import type { DatasetReader } from '../../contract/dataset.ts'
import type { Files } from '../../contract/files.ts'
import { column, TENSOR_COLUMN } from '../../core/data/items.ts'
import type { Row } from '../../core/data/json-rows.ts'
import { decodeTensor } from '../../core/data/raw-tensor.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type DatasetFormat, formatOf } from '../../core/part/datasets.ts'
import type { DatasetSpec, RawTensorInput } from '../../core/spec/spec.ts'
import { localFiles } from './files.ts'

/** How each format is read, loaded when asked for; their facts are in core/part/datasets.ts. */
const readers: Readonly<Record<DatasetFormat, (files: Files) => Promise<DatasetReader>>> = {
  csv: async (files) => (await import('./csv.ts')).csvReader(files),
  jsonl: async (files) => (await import('./jsonl.ts')).jsonlReader(files),
  json: async (files) => (await import('./json.ts')).jsonReader(files),
  directory: async (files) => (await import('./directory.ts')).directoryReader(files),
}

/**
 * Rows of one file or folder (an absolute path), in the format that the spec names or that the path shows. Where the
 * spec's input is raw tensors, each row carries its tensor under `$tensor`; rows beyond `dataset.limit` come without. Throws DATA_MISSING, DATA_FORMAT,
 * DATA_ROW, DATA_LABELS, DATA_TENSOR and the like.
 */
export async function readRows(
  path: string,
  spec: DatasetSpec,
  files: Files = localFiles,
): Promise<readonly Row[]> {
  const folder = await files.isFolder(path)
  const format = formatOf(path, folder ? 'folder' : 'file', spec.format)
  if (format === null) {
    const what = 'The file extension does not match a known format.'
    throw new RightsizeError('DATA_FORMAT', what, { at: path })
  }
  const reader = await readers[format](files)
  const rows = await reader.read(path, spec)
  if (!isTensorInput(spec.input)) return rows
  const kept = rows.slice(0, spec.limit)
  const read = await withTensors(kept, spec.input, folder ? path : files.folderOf(path), files)
  return [...read, ...rows.slice(kept.length)]
}

const isTensorInput = (input: DatasetSpec['input']): input is RawTensorInput =>
  typeof input === 'object' && 'column' in input

/** Files that are read at the same time. */
const AT_ONCE = 64

async function withTensors(
  rows: readonly Row[],
  form: RawTensorInput,
  folder: string,
  files: Files,
): Promise<readonly Row[]> {
  const done: Row[] = []
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    const some = rows.slice(start, start + AT_ONCE)
    done.push(...(await Promise.all(some.map((row) => withTensor(row, form, folder, files)))))
  }
  return done
}

async function withTensor(
  row: Row,
  form: RawTensorInput,
  folder: string,
  files: Files,
): Promise<Row> {
  const name = column(row, form.column)
  if (typeof name !== 'string')
    throw new RightsizeError(
      'DATA_COLUMN',
      `A row lacks a file name in \`${form.column}\` (dataset.input.column).`,
      { at: folder, next: `Columns are: ${Object.keys(row).join(', ')}` },
    )
  const path = files.join(folder, name)
  return { ...row, [TENSOR_COLUMN]: decodeTensor(await files.bytes(path), path, form) }
}
