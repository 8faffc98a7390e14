import type { Item } from '../../data/item.ts'
import type { AnswerHealth } from '../../result/answer-health.ts'
import type { Cap } from '../../result/run-result.ts'

/** The answers of one candidate as the checks see them; arrays run along the items. */
export interface HeardCandidate {
  readonly id: string
  readonly scores: readonly (number | null)[]
  /** The label that was read; null where none was. */
  readonly read: readonly (string | null)[]
  readonly health: AnswerHealth
}

/** What a decision is about to stand on. */
export interface Evidence {
  readonly items: readonly Item[]
  /** All labels that there are, where they are a closed set. */
  readonly closed: readonly string[] | null
  readonly incumbent: HeardCandidate | null
  /** All of them, the incumbent too. */
  readonly candidates: readonly HeardCandidate[]
  /** The bar is a margin against the incumbent. */
  readonly relative: boolean
}

/** A check of the evidence: what keeps a verdict from standing on it; empty where nothing does. */
export type EvidenceCheck = (evidence: Evidence) => readonly Cap[]

/** A cap on everything that is decided: with what is wrong, nothing can be said of anybody. */
export const blocks = (code: string, why: string, next: string | null): Cap => ({
  ...{ code, candidate: null, at: 'undecided', why, next },
})
