import type { Output } from '../spec/answer.ts'
import type { Item } from '../spec/item.ts'

/** A score in 0..1, or null where the scorer does not apply to the item (declared, and then for every candidate). */
export interface Score {
  readonly score: number | null
  readonly reason?: string
  /** What the candidate was understood to answer (after parsing), for reports. */
  readonly read?: string
  /** Counts for ratio metrics (tp, fp, fn) and the like. */
  readonly counts?: Readonly<Record<string, number>>
  /** Cost of judging, where a model judged. */
  readonly joules?: number
  readonly price?: number
}

/** Scores one answer. Pure scorers live in core/score; those with effects in adapters/scorer. */
export interface Scorer {
  readonly name: string
  /** Enters the key of stored scores. */
  readonly version: string
  readonly deterministic: boolean
  score(output: Output, item: Item): Score | Promise<Score>
}
