import { RightsizeError } from '../../core/error/error.ts'
import type { Scorer } from '../../core/score/scorer.ts'
import { withinTime } from '../limit/within-time.ts'

/** Longest that the scoring of one answer may take, milliseconds. A pattern that is not explosive takes a thousandth of it. */
const longestMs = 2_000

/**
 * A scorer whose patterns are given up after a while: those that the linear engine cannot run (look-ahead, back-references,
 * JSON Schema's) may take time exponential in the length of an answer, and nothing else could stop them
 * (docs/decisions/0011-linear-patterns.md). Throws SCORER_SLOW with the item.
 */
export function withTimeLimit(scorer: Scorer, timeout = longestMs): Scorer {
  return {
    ...scorer,
    score: (output, item) =>
      withinTime(
        () => scorer.score(output, item),
        timeout,
        () => {
          const what = `The scorer ${scorer.name} did not finish within ${timeout / 1000} s on the answer to item ${item.id}.`
          return new RightsizeError('SCORER_SLOW', what)
        },
      ),
  }
}
