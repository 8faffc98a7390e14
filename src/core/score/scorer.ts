import type { Output } from '../data/answer.ts'
import type { Item } from '../data/item.ts'
import type { Reading } from './label-reader.ts'

/** A score in 0..1, or null where the scorer does not apply to the item (declared, and then for every candidate). */
export interface Score {
  readonly score: number | null
  readonly reason?: string
  /** What the candidate was understood to answer (after parsing), for reports. */
  readonly read?: string
  /** How the answer was read, where the labels are a closed set. */
  readonly reading?: Reading
  /** Counts for ratio metrics (tp, fp, fn) and the like. */
  readonly counts?: Readonly<Record<string, number>>
  /** Cost of judging, where a model judged; 0 where it was not asked, absent where it is unknown. */
  readonly joules?: number
  readonly price?: number
}

/** One item as a metric over a whole set sees it: the label, what was answered (null: nothing), and how sure. */
export interface LabelledAnswer {
  readonly expected: string
  readonly answered: string | null
  readonly probabilities?: Readonly<Record<string, number>>
}

/** A metric that is no mean over items. `weights[i]` counts item i that many times (bootstrap); 1 each when absent. */
export interface SetMetric {
  readonly name: string
  /** 0..1, higher is better. */
  value(answers: readonly LabelledAnswer[], weights?: ArrayLike<number>): number
}

/** Scores one answer. Pure scorers live in core/score; those with effects in adapters/scorer. */
export interface Scorer {
  readonly name: string
  /** Enters the key of stored scores. */
  readonly version: string
  readonly deterministic: boolean
  /** Scores other than 0 and 1 are given: without `accept`, R is the sum of scores. */
  readonly graded?: boolean
  /** The bar is on this ratio of the items' counts (tp, fp, fn) instead of the mean of scores. */
  readonly ratio?: 'f1' | 'precision' | 'recall'
  /** The bar is on this metric over all items instead of the mean of scores. */
  readonly whole?: SetMetric
  /** Runs code or calls a model: refused under --no-exec where it is code. */
  readonly effects?: 'model' | 'code'
  score(output: Output, item: Item): Score | Promise<Score>
  /** The same scorer where these are all the labels there are; absent where it makes no difference. */
  overLabels?(labels: readonly string[]): Scorer
  /** Ends what the scorer holds open (an embedding model). */
  close?(): Promise<void>
}
