import type { ModelIdentity, RuntimeItem, RuntimeUsage } from '../../../contract/runtime.ts'
import type { Answer } from '../../../core/data/answer.ts'
import type { ErrorCode } from '../../../core/error/catalogue.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'

/** What the parent asks of a child. One question at a time; `id` pairs it with its reply. */
export type Question =
  | {
      readonly id: number
      readonly kind: 'open'
      readonly candidate: CandidateSpec
      readonly baseDir: string
    }
  | { readonly id: number; readonly kind: 'answer'; readonly batch: readonly RuntimeItem[] }
  | {
      readonly id: number
      readonly kind: 'exercise'
      readonly items: readonly RuntimeItem[]
      readonly times: number
      readonly batch: number
    }
  | { readonly id: number; readonly kind: 'usage' }
  | { readonly id: number; readonly kind: 'close' }

type Unnumbered<Q> = Q extends Question ? Omit<Q, 'id'> : never
/** A question before it has its number. */
export type Ask = Unnumbered<Question>

export interface Opened {
  readonly identity: ModelIdentity
  readonly batchSize: number
  readonly loadS: number
  readonly loadCpuS: number
}

export interface Exercised {
  readonly wallS: number
  readonly cpuS: number
  readonly latenciesS: readonly number[]
}

/** An error as it crosses the process border; stacks stay behind. */
export interface SentError {
  readonly code: ErrorCode
  readonly message: string
  readonly at?: string
  readonly next?: string
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: SentError }
  /** A part of a batch is done. */
  | { readonly alive: true }
  | { readonly log: string }

/** What each question gets back. */
export interface Values {
  open: Opened
  answer: readonly Answer[]
  exercise: Exercised
  usage: RuntimeUsage
  close: null
}
