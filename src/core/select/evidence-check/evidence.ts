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
  /** The name that was asked for, and the server's address with the name of what answered; null where no reply named it. */
  readonly named: { readonly asked: string; readonly served: string } | null
  /** Trained on the rows that judge it, each in another fold. */
  readonly crossFitted: boolean
}

/** What a decision is about to stand on. */
export interface Evidence {
  readonly items: readonly Item[]
  /** All labels that there are, where they are a closed set. */
  readonly closed: readonly string[] | null
  /** Answers are compared with the labels as they stand: a label says what is right, not how to judge. */
  readonly exact: boolean
  readonly incumbent: HeardCandidate | null
  /** All of them, the incumbent too. */
  readonly candidates: readonly HeardCandidate[]
  /** The bar is a margin against the incumbent. */
  readonly relative: boolean
  /** The loss that the bar allows: the margin; 0 below a floor. */
  readonly limit: number
  /** 0 where the bar is a margin. */
  readonly floor: number
  /** Orders that may mean something (rows of the file, dates): rank by position. */
  readonly orders: readonly { readonly by: string; readonly rank: readonly number[] }[]
  /** Columns of the file that nothing uses; empty where clusters are declared. */
  readonly unused: readonly string[]
}

/** Loss of the candidate by position, against the incumbent or the floor; null where either was not judged. */
export function lossesOf(
  { scores }: HeardCandidate,
  { incumbent, relative, floor }: Evidence,
): readonly (number | null)[] {
  return scores.map((score, at) => {
    const reference = relative ? (incumbent?.scores[at] ?? null) : floor
    return score === null || reference === null ? null : reference - score
  })
}

/** A check of the evidence: what keeps a verdict from standing on it; empty where nothing does. */
export type EvidenceCheck = (evidence: Evidence) => readonly Cap[]

/** A cap on everything that is decided: with what is wrong, nothing can be said of anybody. */
export const blocks = (code: string, why: string, next: string | null): Cap => ({
  ...{ code, candidate: null, at: 'undecided', why, next },
})
