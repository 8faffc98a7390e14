import type { Cap } from '../../result/run-result.ts'
import type { Evidence, EvidenceCheck } from './evidence.ts'
import { fallingQuality } from './falling-quality.ts'
import { guessing } from './guessing.ts'
import { incumbentAnswers } from './incumbent-answers.ts'
import { majority } from './majority.ts'
import { oneClass } from './one-class.ts'
import { oneLabel } from './one-label.ts'
import { oneModel } from './one-model.ts'
import { repeatedValues } from './repeated-values.ts'

/** Checks of the incumbent: the first that finds something stands for all, since the others then follow. */
const ofIncumbent = { incumbentAnswers, guessing, majority, oneLabel } as const satisfies Checks

/** Checks that stand beside one another. */
const ofCandidates = {
  oneClass,
  oneModel,
  fallingQuality,
  repeatedValues,
} as const satisfies Checks

type Checks = Readonly<Record<string, EvidenceCheck>>

/** What the evidence does not carry, as caps on the word: of the decision, or of one candidate. */
export function evidenceCaps(evidence: Evidence): readonly Cap[] {
  const incumbent = Object.values(ofIncumbent)
    .map((check) => check(evidence))
    .find((caps) => caps.length > 0)
  const candidates = Object.values(ofCandidates).flatMap((check) => check(evidence))
  return [...(incumbent ?? []), ...candidates]
}
