import { scoreAt } from '../proof/pairing.ts'
import { pickedText } from '../result/claim-text.ts'
import type { ScopeClaim } from '../result/run-result.ts'
import {
  chance,
  counted,
  levelText,
  percent,
  pointMargin,
  theseItems,
} from '../unit/figure-words.ts'
import type { DecisionInput } from './decision-input.ts'
import { type DecisionFacts, hasClaim, type Judged, type WithClaim } from './judged.ts'

type Certainty = 'holds' | 'fails' | 'open'

const scopeClaim = (holds: boolean, yes: string, no: string, rest: string): ScopeClaim => ({
  holds,
  text: `${holds ? yes : no}: ${rest}`,
})

/** Set scope. A full run is exact; a race is wrong with probability at most alpha. */
export function matchesClaim(facts: DecisionFacts, subject: Judged | null): ScopeClaim {
  const { input, limit } = facts
  if (subject === null || !hasClaim(subject))
    return { holds: false, text: `Does not match: ${noneJudged(input)}.` }
  if (subject.claim.n === 0) return { holds: false, text: 'Does not match: no item was judged.' }
  const { reason } = subject.sequential ?? {}
  const early = reason === 'accepted' || reason === 'discarded'
  const seen = seenOverItems(input, subject)
  const complete = seen.items >= input.items || reason === 'exhausted'
  const holds = early ? reason === 'accepted' : complete && seen.loss <= limit + 1e-12
  const words = lossWords(facts, subject, holds ? 'holds' : early || complete ? 'fails' : 'open')
  const wrong = levelText(reason === 'accepted' ? input.risk.alpha : input.risk.beta)
  const how = early
    ? `the full run would agree, wrong with probability at most ${wrong}`
    : complete
      ? 'full run, exact'
      : `only ${counted(seen.items)} of them ${seen.items === 1 ? 'was' : 'were'} run`
  const rest = `on ${theseItems(input.items)} ${words} (${how}).`
  return scopeClaim(holds, 'Matches', 'Does not match', rest)
}

const noneJudged = ({ incumbent }: DecisionInput): string =>
  `no ${incumbent === null ? '' : 'cheaper '}candidate was judged`

/**
 * What the items themselves show: every judged item counts once, repeats and clusters too, because set scope speaks of
 * the items and not of what they are a sample of. Metrics that are no mean are taken as they were computed.
 */
export function seenOverItems(
  input: DecisionInput,
  { id, claim }: WithClaim,
): { readonly items: number; readonly loss: number } {
  const own = input.candidates.find((one) => one.id === id)?.scores ?? []
  const other = input.candidates.find((one) => one.id === input.incumbent)?.scores ?? []
  let items = 0
  let sum = 0
  for (let p = 0; p < own.length; p += 1) {
    const score = scoreAt(own, p)
    const reference = input.bar.kind === 'relative' ? scoreAt(other, p) : input.bar.floor
    if (score === null || reference === null) continue
    items += 1
    sum += reference - score
  }
  const mean = input.ratio === undefined && input.whole === undefined
  return { items, loss: mean && items > 0 ? sum / items : claim.expected }
}

/** "the loss of small is within your 1-point margin", "exceeds" it, or "may exceed" it. */
function lossWords(
  { input, limit, chosen }: DecisionFacts,
  subject: Judged,
  certainty: Certainty,
): string {
  const whose = chosen === null ? ` of ${subject.id}` : ''
  if (input.bar.kind === 'relative') {
    const verb = { holds: 'is within', fails: 'exceeds', open: 'may exceed' }[certainty]
    return `the loss${whose} ${verb} your ${pointMargin(limit)} margin`
  }
  const verb = { holds: 'is at or above', fails: 'is below', open: 'may be below' }[certainty]
  return `the ${input.metric}${whose} ${verb} your floor of ${percent(input.bar.floor)}`
}

/** Population scope, in the same style. */
export function certifiedClaim(facts: DecisionFacts, subject: Judged | null): ScopeClaim {
  if (subject === null || !hasClaim(subject))
    return { holds: false, text: `Not certified: ${noneJudged(facts.input)}.` }
  if (subject.claim.n === 0) return { holds: false, text: 'Not certified: no item was judged.' }
  const { claim, standing } = subject
  const holds = standing === 'certified'
  const look = claim.look > 1 ? `look ${claim.look}: ` : ''
  // Its loss alone would be certified: what holds the word back is said with the decision.
  const alone = claim.kind === 'certified'
  const certain = `wrong with probability at most ${levelText(claim.alpha)}${pickedText(claim)}`
  const how = holds
    ? certain
    : alone
      ? `${certain}, but more than the loss decides`
      : openWords(claim)
  const words = lossWords(facts, subject, alone ? 'holds' : 'open')
  const rest = `on future items like these ${words} (${look}${how}).`
  return scopeClaim(holds, 'Certified', 'Not certified', rest)
}

/** A small chance next to "not certified" reads as a contradiction unless the two are told apart. */
const openWords = ({ pOver, alpha }: WithClaim['claim']): string =>
  pOver > alpha
    ? `probability ${chance(pOver)}`
    : `probability ${chance(pOver)} by the estimate; the test of this word assumes less and does not exclude it`
