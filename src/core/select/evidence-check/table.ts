import type { Cap } from '../../result/run-result.ts'
import type { Evidence, EvidenceCheck } from './evidence.ts'
import { guessing } from './guessing.ts'
import { incumbentAnswers } from './incumbent-answers.ts'

/** Every check of the evidence; of those that speak of the incumbent the first that finds something stands for all. */
export const evidenceChecks = {
  'incumbent-answers': incumbentAnswers,
  guessing,
} as const satisfies Readonly<Record<string, EvidenceCheck>>

/** What the evidence does not carry, as caps on the word. */
export function evidenceCaps(evidence: Evidence): readonly Cap[] {
  const blocked = evidenceChecks['incumbent-answers'](evidence)
  return blocked.length > 0 ? blocked : evidenceChecks.guessing(evidence)
}
