import type { DatasetReader } from '../../contract/dataset.ts'
import type { Files } from '../../contract/files.ts'
import { csvRowsOf } from '../../core/data/csv.ts'

/** CSV by RFC 4180 with `,` `;` tab or `|`; `.tsv` as IANA defines it, without quoting. */
export const csvReader = (files: Files): DatasetReader => ({
  read: async (path, { columns }) =>
    csvRowsOf(files.blocks(path), path, { columns, tabs: /\.tsv(\.gz)?$/i.test(path) }),
})
