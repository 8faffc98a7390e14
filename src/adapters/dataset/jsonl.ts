import type { DatasetReader } from '../../contract/dataset.ts'
import type { Files } from '../../contract/files.ts'
import { jsonlRows } from '../../core/data/json-rows.ts'

/** One JSON object a line. */
export const jsonlReader = (files: Files): DatasetReader => ({
  read: async (path) => jsonlRows(await files.text(path), path),
})
