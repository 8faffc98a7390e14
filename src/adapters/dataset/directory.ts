import type { DatasetReader } from '../../contract/dataset.ts'
import type { Files } from '../../contract/files.ts'
import { csvRows, parseCsv } from '../../core/data/csv.ts'
import { columnsIn, type Row } from '../../core/data/json-rows.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { DatasetSpec } from '../../core/spec/spec.ts'

/** Names under which a label table is found when `labels` is left out. */
const TABLES = ['labels.csv', 'y_labels.csv', 'metadata.csv']

/**
 * A folder of files. With a label table (a CSV that names files in one of its columns; without a header its columns
 * are column1, column2, ...): one row per line of the table, plus `file`. Without: one row per file, with `file` and
 * `folder` (its sub-folder, which often is the label). `text` holds the content where the spec's input asks for it.
 */
export const directoryReader = (files: Files): DatasetReader => ({
  read: async (folder, spec) => {
    const names = await files.list(folder)
    if (names.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The folder contains no files.', { at: folder })
    const table = spec.labels ?? TABLES.find((name) => names.includes(name))
    const rows =
      table === undefined ? names.map(fileRow) : await tableRows(files, folder, table, names)
    return wantsText(spec) ? Promise.all(rows.map((row) => withText(row, folder, files))) : rows
  },
})

function fileRow(file: string): Row {
  return { file, folder: file.split('/').slice(0, -1).join('/') }
}

async function tableRows(
  files: Files,
  folder: string,
  table: string,
  names: readonly string[],
): Promise<readonly Row[]> {
  const path = files.join(folder, table)
  const text = await files.text(path)
  const known = new Set(names)
  const first = parseCsv(text, path).records[0]?.fields ?? []
  const headless = first.some((field) => known.has(field))
  const columns = headless ? first.map((_, i) => `column${i + 1}`) : undefined
  const rows = csvRows(text, path, { columns })
  const key = fileColumn(rows, known)
  const lost = key === null ? [] : rows.filter((row) => !known.has(row[key] ?? ''))
  if (key === null || lost.length > 0)
    throw new RightsizeError('DATA_LABELS', labelTableProblem(key, rows.length, lost), { at: path })
  return rows.map((row) => ({ ...row, file: row[key] }))
}

function labelTableProblem(key: string | null, rows: number, lost: readonly Row[]): string {
  if (key === null) return 'No column of the label table contains file names of the folder.'
  const example = String(lost[0]?.[key])
  return `${lost.length} of ${rows} files of the label table are missing in the folder, for example ${example}.`
}

/** The column of which most values are files. */
function fileColumn(
  rows: readonly Readonly<Record<string, string>>[],
  known: ReadonlySet<string>,
): string | null {
  const hits = columnsIn(rows).map((key) => ({
    key,
    count: rows.filter((row) => known.has(row[key] ?? '')).length,
  }))
  const [best] = hits.toSorted((a, b) => b.count - a.count)
  return best !== undefined && best.count > 0 ? best.key : null
}

const wantsText = ({ input }: DatasetSpec) =>
  input === 'text' || (Array.isArray(input) && input.includes('text'))

async function withText(row: Row, folder: string, files: Files): Promise<Row> {
  const { text, file } = row
  return text !== undefined
    ? row
    : { ...row, text: await files.text(files.join(folder, `${file}`)) }
}
