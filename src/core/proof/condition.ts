import type { ConstraintResult, Verdict } from '../result/candidate.ts'
import type { ClaimKind } from '../result/claim.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'

/** A condition beside the bar, and how far its evidence goes; `null` grade: too little to judge, and said so. */
export interface CheckedConstraint {
  readonly result: ConstraintResult
  readonly grade: ClaimKind | null
}

const verdictOf = (grade: ClaimKind | null): Verdict =>
  grade === 'certified' || grade === 'supported'
    ? 'meets'
    : grade === 'none'
      ? 'fails'
      : 'inconclusive'

/** A condition with its verdict. */
export function judgedConstraint(
  name: string,
  limit: number,
  unit: string,
  value: Estimate<Unit>,
  grade: ClaimKind | null,
  why: string,
): CheckedConstraint {
  const typed = value as ConstraintResult['value']
  return { grade, result: { name, limit, unit, value: typed, verdict: verdictOf(grade), why } }
}
