import { RightsizeError } from '../error/error.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { AccountRun } from '../result/run-result.ts'

/** The candidate that an export is about: the chosen one, else the incumbent. */
export function subjectOf({ decision, incumbent, candidates }: AccountRun): CandidateResult {
  const id = decision.chosen ?? incumbent
  const found = candidates.find((one) => one.id === id) ?? candidates[0]
  if (found === undefined)
    throw new RightsizeError('SCI_NO_ACCOUNT', 'this run result has no candidates')
  return found
}
