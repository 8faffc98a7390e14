import type { WrittenOutcomes } from '../core/data/written-outcomes.ts'

/** The text of a file of results, with names for messages and for the candidate. */
export interface ImportSource {
  readonly text: string
  /** Path, for messages. */
  readonly file: string
  /** Name of the candidate, where the file holds one and does not say. */
  readonly name: string
  /** Columns (or the metric) that the user named. */
  readonly columns?: ImportColumns
  /** Labels come in a file of their own. */
  readonly labelled?: boolean
}

/** What the user says of where things are in a file of results. */
export interface ImportColumns {
  readonly id?: string | undefined
  readonly output?: string | undefined
  /** Column of the scores, or name of the metric. */
  readonly score?: string | undefined
  readonly model?: string | undefined
}

/** Reads one form of results: where things are in it. What they are is looked at afterwards, for every form alike. */
export interface Importer {
  /** Whether the text looks like this form; `head` is its beginning, parsed where it is JSON. */
  accepts(head: ImportHead): boolean
  read(source: ImportSource): WrittenOutcomes | Promise<WrittenOutcomes>
}

export interface ImportHead {
  readonly file: string
  /** The first characters of the text. */
  readonly start?: string
  /** The whole file as JSON, or null where it is none. */
  readonly json: unknown
  /** The first line as JSON, or null where it is none. */
  readonly firstLine: unknown
}
