import type { DatasetSpec } from '../core/spec/spec.ts'

/** Reads one file or folder into rows. */
export interface DatasetReader {
  readonly name: string
  read(path: string, spec: DatasetSpec): Promise<readonly Readonly<Record<string, unknown>>[]>
}
