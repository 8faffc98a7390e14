import type { DatasetSpec } from '../core/spec/spec.ts'

/** Reads one file or folder into rows. */
export interface DatasetReader {
  read(path: string, spec: DatasetSpec): Promise<readonly Readonly<Record<string, unknown>>[]>
}
