import { weakest } from '../proof/grade.ts'
import type { ClaimKind } from '../result/claim.ts'
import type { Cap, NextStep, ScopeClaim } from '../result/run-result.ts'
import type { DecisionInput } from './decision-input.ts'

type Capped = Pick<DecisionInput, 'caps'>

/** Caps on everything at `undecided`: nothing can be said of anybody, neither that one passes nor that one fails. */
export const blockingCaps = ({ caps = [] }: Capped): readonly Cap[] =>
  caps.filter(({ candidate, at }) => candidate === null && at === 'undecided')

/** Caps that lower the word of this candidate; of all candidates for null. */
export const capsOn = ({ caps = [] }: Capped, id: string | null): readonly Cap[] =>
  caps.filter(({ candidate }) => candidate === null || candidate === id)

/** The weakest of the grades under the caps on the candidate; `undecided` where a fault of the evidence blocks every word. */
export function cappedGrade(input: Capped, id: string, grades: readonly ClaimKind[]): ClaimKind {
  if (blockingCaps(input).length > 0) return 'undecided'
  return weakest([...grades, ...capsOn(input, id).map(({ at }) => at)])
}

/** What would lift the caps. */
export const liftingSteps = (caps: readonly Cap[]): readonly NextStep[] =>
  [...new Set(caps.flatMap(({ next }) => (next === null ? [] : [next])))].map((text) => ({
    kind: 'candidate',
    count: null,
    text,
  }))

/** A scope claim that a fault of the evidence does not allow; null where none does. */
export function blockedClaim(input: Capped, no: string): ScopeClaim | null {
  const [cap] = blockingCaps(input)
  return cap === undefined ? null : { holds: false, text: `${no}: ${cap.why}` }
}
