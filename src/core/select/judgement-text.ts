import type { CheckedConstraint } from '../proof/condition.ts'
import type { LossModel } from '../proof/loss-model.ts'
import type { Claim, ClaimKind } from '../result/claim.ts'
import { claimWords } from '../result/claim-text.ts'
import { chance, points } from '../unit/figure-words.ts'
import type { CandidateEvidence, DecisionInput } from './decision-input.ts'

interface Found {
  /** Of the bar and every condition together. */
  readonly grade: ClaimKind
  readonly loss: LossModel
  readonly claim: Claim
  readonly constraints: readonly CheckedConstraint[]
}

/** Why a candidate got its verdict, in one line. */
export function whyOf(
  { grade, loss, claim, constraints }: Found,
  { id, sequential }: CandidateEvidence,
  input: DecisionInput,
): string {
  const culprit = constraints.find((checked) => checked.grade === grade)
  if (grade !== claim.kind && culprit !== undefined)
    return `${culprit.result.name}: ${culprit.result.why}`
  if (input.notWorth?.includes(id))
    return `not run to the end (${claim.n} items): that costs more than it could save`
  if (sequential?.reason === 'not reached') return 'not run: the race ended before it'
  if (claim.n === 0) return 'none of its items was judged'
  const { limit, against } = claim
  const least = grade === 'none' ? loss.lower(input.risk.beta) : null
  const over =
    against === 'floor' ? 'of being below the floor' : `of losing more than ${points(limit)}`
  const raced =
    sequential?.reason === 'discarded' ? `; the race discarded it after ${claim.n} items` : ''
  return `${claimWords[grade]}: ${amountText(claim, least)}; chance ${over} ${chance(claim.pOver)}${raced}`
}

/** "loss 1.2 points, at most 3 points", "gain 3 points, at least 1 point"; `least` is the lower bound where that decides. */
function amountText({ against, expected, upper }: Claim, least: number | null): string {
  const [loses, gains] =
    against === 'floor' ? ['shortfall from the floor', 'above the floor by'] : ['loss', 'gain']
  if (expected >= -5e-5)
    return `${loses} ${points(expected)}, ${least === null ? `at most ${points(upper)}` : `at least ${points(least)}`}`
  const worst = upper < 0 ? `at least ${points(-upper)}` : `${loses} at most ${points(upper)}`
  return `${gains} ${points(-expected)}, ${worst}`
}
