import type { DatasetReader } from '../../contract/dataset.ts'
import type { Files } from '../../contract/files.ts'
import { jsonRows } from '../../core/data/json-rows.ts'

/** A JSON array of objects, or an object that holds one under `data`, `rows`, `items` or `examples`. */
export const jsonReader = (files: Files): DatasetReader => ({
  read: async (path) => jsonRows(await files.text(path), path),
})
