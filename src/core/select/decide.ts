import { RightsizeError } from '../error/error.ts'
import { claimOf } from '../proof/claim.ts'
import type { CheckedConstraint } from '../proof/condition.ts'
import { type Correction, correctionFor, isInPlay, racedCorrection } from '../proof/grade.ts'
import { type LookTerms, riskOfLook, uncounted } from '../proof/look-alpha.ts'
import type { LossModel } from '../proof/loss-model.ts'
import { checkSlices } from '../proof/slice.ts'
import type { Verdict } from '../result/candidate.ts'
import type { Claim, ClaimKind } from '../result/claim.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { incumbentOf, lossOf, sliceEvidence } from './candidate-loss.ts'
import { cappedGrade } from './caps.ts'
import { checkAmounts, checkLatency } from './constraint-check.ts'
import { type CostOrder, costOrder, type NotCheaper } from './cost-order.ts'
import type {
  CandidateEvidence,
  CandidateJudgement,
  DecisionInput,
  DecisionOutput,
  Standing,
} from './decision-input.ts'
import { writeDecision } from './decision-text.ts'
import type { Judged } from './judged.ts'
import { whyOf } from './judgement-text.ts'

/** The loss that the bar allows: the margin, or nothing below the floor. */
const limitOf = ({ bar }: DecisionInput): number => (bar.kind === 'relative' ? bar.margin : 0)

/**
 * The decision over all candidates from their scores on the same items: the cheapest that is certified or supported,
 * with its evidence, what these items alone show (`matches`), what holds for future ones (`certified`), and what would
 * settle the rest. The test is corrected for every candidate that is still in play.
 * Throws DECISION_INPUT when a relative bar has no incumbent, or the incumbent could not be judged.
 */
export function decide(asked: DecisionInput): DecisionOutput {
  requireIncumbent(asked)
  const look = asked.look ?? uncounted(asked.risk.alpha)
  const input = { ...asked, look, claimRisk: riskOfLook(asked.risk, look.share) }
  const order = costOrder(input.candidates, input.order, input.incumbent, hasLimit(input))
  const losses = new Map(
    input.candidates
      .filter((c) => c.broken === undefined)
      .map((c) => [c.id, lossOf(input, c)] as const),
  )
  const correction = correctionOf(input, order, losses)
  const judged = input.candidates.map((candidate) =>
    judge(input, candidate, losses.get(candidate.id), order, ownCorrection(candidate, correction)),
  )
  const ranked = order.ranked.flatMap((id) => judged.filter((entry) => entry.id === id))
  const uncosted = judged.filter(({ standing }) => standing === 'cost-unknown')
  const chosen = choose(ranked, uncosted, input)
  return {
    decision: writeDecision({
      ...{ input, order, correction, ranked, uncosted, chosen, look, limit: limitOf(input) },
    }),
    candidates: judged.map((entry) => judgementOf(entry, order)),
  }
}

function requireIncumbent(input: DecisionInput): void {
  if (input.bar.kind !== 'relative') return
  const incumbent = incumbentOf(input)
  if (incumbent !== null && incumbent.broken === undefined) return
  const what =
    incumbent === null
      ? 'the bar is a margin against the incumbent, and no incumbent is named'
      : `the incumbent ${incumbent.id} could not be judged: ${incumbent.broken}`
  throw new RightsizeError('DECISION_INPUT', what)
}

/** Whether only what is cheaper than the incumbent can be chosen: always with a margin; with a floor if the incumbent reaches it. */
function hasLimit(input: DecisionInput): boolean {
  const incumbent = incumbentOf(input)
  if (input.bar.kind === 'relative' || incumbent === null) return true
  return incumbent.broken === undefined && lossOf(input, incumbent).expected <= 0
}

/** Candidates that could be named good enough: judged, not known to be dearer, not the incumbent. */
const eligible = (id: string, input: DecisionInput, order: CostOrder): boolean =>
  id !== input.incumbent && order.notCheaper.get(id)?.known !== true

function correctionOf(
  input: DecisionInput,
  order: CostOrder,
  losses: ReadonlyMap<string, LossModel>,
): Correction {
  const looked = [...losses].filter(([id]) => eligible(id, input, order))
  const limit = limitOf(input)
  const inPlay = looked.filter(([, loss]) => isInPlay(loss, limit)).length
  return correctionFor(looked.length, inPlay, 1 + conditionCount(input))
}

/** In a race a candidate spends what its turn left it. */
const ownCorrection = ({ sequential }: CandidateEvidence, correction: Correction): Correction =>
  sequential === undefined ? correction : racedCorrection(correction, sequential.share)

/** Conditions beside the bar that a candidate must meet; a discard by any of them spends a share of beta. */
function conditionCount({ constraints, slices }: DecisionInput): number {
  const { slices: bars, ...amounts } = constraints ?? {}
  const values = Object.keys(bars ?? {}).map((key) => new Set(slices?.[key] ?? []).size)
  return Object.keys(amounts).length + values.reduce((sum, count) => sum + count, 0)
}

/** The input with its look filled in: `risk` is for all looks, and for these items alone; `claimRisk` for what this look claims of future ones. */
type Asked = DecisionInput & { readonly look: LookTerms; readonly claimRisk: RiskSpec }

function judge(
  input: Asked,
  candidate: CandidateEvidence,
  loss: LossModel | undefined,
  order: CostOrder,
  correction: Correction,
): Judged {
  const { id, broken } = candidate
  if (loss === undefined) return blank(candidate, 'broken', broken ?? 'it could not be judged')
  const { constraints, slices } = checksOf(input, candidate, correction)
  const claim = barClaim(input, candidate, loss, correction)
  const grades = [claim.kind, ...constraints.flatMap((one) => one.grade ?? [])]
  const grade = cappedGrade(input, id, grades)
  const notCheaper = order.notCheaper.get(id)
  const own = id === input.incumbent
  const standing: Standing = own ? 'incumbent' : standingOf(grade, notCheaper)
  const reason = whyOf({ grade, loss, claim, constraints }, candidate, input)
  return {
    ...{ id, standing, grade, loss, constraints, slices },
    why: own || notCheaper === undefined ? reason : `${notCheaper.why}; ${reason}`,
    claim: own && input.bar.kind === 'relative' ? null : claim,
    sequential: candidate.sequential ?? null,
  }
}

function standingOf(grade: ClaimKind, notCheaper: NotCheaper | undefined): Standing {
  if (notCheaper === undefined) return grade
  return notCheaper.known ? 'dearer' : 'cost-unknown'
}

const blank = ({ id, sequential }: CandidateEvidence, standing: Standing, why: string): Judged => ({
  id,
  standing,
  grade: 'none',
  why,
  loss: null,
  claim: null,
  sequential: sequential ?? null,
  constraints: [],
  slices: [],
})

const termsOf = ({ claimRisk, look, traffic }: Asked, correction: Correction) => ({
  ...{ risk: claimRisk, correction, look: look.number },
  traffic: traffic ?? null,
})

/** A candidate that the race discarded has failed on these items, whatever the population bound states. */
function barClaim(
  input: Asked,
  { sequential }: CandidateEvidence,
  loss: LossModel,
  correction: Correction,
): Claim {
  const claim = claimOf(loss, { ...termsOf(input, correction), limit: limitOf(input) })
  return sequential?.reason === 'discarded' ? { ...claim, kind: 'none' } : claim
}

function checksOf(input: Asked, candidate: CandidateEvidence, correction: Correction) {
  const limits = input.constraints ?? {}
  const amounts: CheckedConstraint[] = checkAmounts(candidate, limits)
  if (limits.latencyP95Ms !== undefined)
    amounts.push(
      checkLatency(candidate.latenciesS, limits.latencyP95Ms, input.claimRisk, correction),
    )
  const terms = termsOf(input, correction)
  const { slices, constraints } = checkSlices(sliceEvidence(input, candidate), terms)
  return { constraints: [...amounts, ...constraints], slices }
}

const passes = ({ grade }: Judged): boolean => grade === 'certified' || grade === 'supported'

/**
 * Cheapest first among those that pass; where the spec claims `certified`, a certified one comes before any supported
 * one. Without an incumbent to be cheaper than, a candidate that passes at an unknown cost could be the cheapest: then
 * only one that passes alone is chosen.
 */
function choose(
  ranked: readonly Judged[],
  uncosted: readonly Judged[],
  input: DecisionInput,
): Judged | null {
  const good = ranked.filter(({ standing }) => standing === 'certified' || standing === 'supported')
  const certified = good.find(({ standing }) => standing === 'certified')
  const cheapest = (input.risk.claim === 'certified' ? certified : undefined) ?? good[0] ?? null
  const open = uncosted.filter(passes)
  if (hasLimit(input) && input.incumbent !== null) return cheapest
  if (open.length === 0) return cheapest
  const [only] = open
  return only !== undefined && open.length === 1 && cheapest === null
    ? { ...only, standing: only.grade }
    : null
}

const verdicts: Readonly<Record<ClaimKind, Verdict>> = {
  certified: 'meets',
  supported: 'meets',
  undecided: 'inconclusive',
  none: 'fails',
}

function judgementOf(judged: Judged, order: CostOrder): CandidateJudgement {
  const { id, grade, standing, loss, why, claim, sequential, constraints, slices } = judged
  const place = order.ranked.indexOf(id)
  const own = standing === 'incumbent'
  const verdict = standing === 'broken' ? 'broken' : verdicts[grade]
  return {
    ...{ id, standing, sequential, slices },
    verdict: own ? 'meets' : verdict,
    why: own ? 'the incumbent: what the others are compared with' : why,
    n: loss?.n ?? 0,
    quality: loss === null || loss.n === 0 ? { kind: 'unknown', why } : loss.quality,
    loss: claim?.n === 0 ? null : claim,
    constraints: constraints.map(({ result }) => result),
    rank: place < 0 ? null : place,
  }
}
