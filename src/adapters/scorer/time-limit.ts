import { createContext, Script } from 'node:vm'
import { RightsizeError } from '../../core/error/error.ts'
import type { Scorer } from '../../core/score/scorer.ts'

/** Longest that the scoring of one answer may take, milliseconds. A pattern that is not explosive takes a thousandth of it. */
const longestMs = 2_000

const script = new Script('call()')

/**
 * A scorer whose patterns are given up after a while: those that the linear engine cannot run (look-ahead, back-references,
 * JSON Schema's) may take time exponential in the length of an answer, and nothing else could stop them
 * (docs/decisions/0011-linear-patterns.md). Throws SCORER_SLOW with the item.
 */
export function withTimeLimit(scorer: Scorer, timeout = longestMs): Scorer {
  const call: { now: () => unknown } = { now: () => undefined }
  const context = createContext({ call: () => call.now() })
  return {
    ...scorer,
    score: (output, item) => {
      call.now = () => scorer.score(output, item)
      try {
        return script.runInContext(context, { timeout }) as ReturnType<Scorer['score']>
      } catch (cause) {
        if ((cause as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
        const what = `The scorer ${scorer.name} did not finish within ${timeout / 1000} s on the answer to item ${item.id}.`
        throw new RightsizeError('SCORER_SLOW', what)
      }
    },
  }
}
