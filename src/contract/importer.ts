import type { ImportedOutcomes } from '../core/data/imported.ts'

/** The text of a file of results, with names for messages and for the candidate. */
interface ImportSource {
  readonly text: string
  /** Path, for messages. */
  readonly file: string
  /** Name of the candidate, where the file holds one and does not say. */
  readonly name: string
}

/** Reads one form of results. */
export interface Importer {
  /** Whether the text looks like this form; `head` is its beginning, parsed where it is JSON. */
  accepts(head: ImportHead): boolean
  read(source: ImportSource): ImportedOutcomes | Promise<ImportedOutcomes>
}

export interface ImportHead {
  readonly file: string
  /** The whole file as JSON, or null where it is none. */
  readonly json: unknown
  /** The first line as JSON, or null where it is none. */
  readonly firstLine: unknown
}
