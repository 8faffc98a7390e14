import type { DatasetReader } from '../../contract/dataset.ts'
import type { Files } from '../../contract/files.ts'
import { jsonlRowsOf } from '../../core/data/json-rows.ts'

/** One JSON object a line. */
export const jsonlReader = (files: Files): DatasetReader => ({
  read: async (path) => jsonlRowsOf(files.blocks(path), path),
})
