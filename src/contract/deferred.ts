import type { Answer } from '../core/data/answer.ts'
import type { RuntimeItem } from './runtime.ts'

/** One question of a job. */
export interface DeferredQuestion {
  /** Names the answer in the job: 1 to 64 of a-z, A-Z, 0-9, _ and -. */
  readonly key: string
  readonly item: RuntimeItem
}

/** Where a job stands. `refused`: nothing of it was answered, and nothing is paid for. */
export type DeferredState =
  | { readonly kind: 'waiting'; readonly word: string; readonly done: number }
  | { readonly kind: 'ended'; readonly word: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

/** A job of which only the intent is known. */
export interface LostJob {
  readonly name: string
  readonly questions: number
  /** ISO time from before it was submitted. */
  readonly since: string
  /** Ids of other jobs. */
  readonly others: readonly string[]
}

/**
 * Answers that come in hours instead of seconds: questions are submitted as a job, which goes on without us until it has
 * ended, and is collected whenever somebody asks for it. All reject with errors of the catalog.
 */
export interface DeferredAnswers {
  /** Where jobs run, for sentences. */
  readonly host: string
  /** Most questions of one job. */
  readonly most: number
  /**
   * Submits a job under a name and returns the id that the host gave it. Never submits twice what may have arrived;
   * `others` are the ids of jobs that are known already.
   */
  submit(
    name: string,
    questions: readonly DeferredQuestion[],
    others: readonly string[],
  ): Promise<string>
  /** The job that was submitted under a name; null where there is none. For a caller that was killed before it knew the id. */
  find(job: LostJob): Promise<string | null>
  state(id: string): Promise<DeferredState>
  /** Answers of an ended job, by key; a question that the host did not get to is a permanent failure that names the job. */
  collect(id: string): Promise<ReadonlyMap<string, Answer>>
}
