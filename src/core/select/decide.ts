import { RightsizeError } from '../error/error.ts'
import type { LossEvidence } from '../spec/run-result.ts'
import { incumbentOf, lossOf } from './candidate-loss.ts'
import {
  type CheckedConstraint,
  checkAmounts,
  checkLatency,
  checkSlice,
} from './constraint-check.ts'
import { type CostOrder, costOrder } from './cost-order.ts'
import type {
  CandidateEvidence,
  CandidateJudgement,
  DecisionInput,
  DecisionOutput,
  Standing,
} from './decision-input.ts'
import { type Judged, writeDecision } from './decision-text.ts'
import type { LossModel } from './loss-model.ts'
import { percent, points } from './sentences.ts'
import {
  CLEARLY_FAILING,
  type Correction,
  correctedForSelection,
  type Grade,
  gradeOf,
  weakest,
} from './standing.ts'

/** The loss that the bar allows: the margin, or nothing below the floor. */
const limitOf = ({ bar }: DecisionInput): number => (bar.kind === 'relative' ? bar.margin : 0)

/**
 * The decision over all candidates from their scores on the same items: the cheapest that is certified or supported,
 * with its evidence, what these items alone show (`matches`), what holds for future ones (`certified`), and what would
 * settle the rest. Bounds are simultaneous over every candidate that could have been accepted.
 * Throws DECISION_INPUT when a relative bar has no incumbent, or the incumbent could not be judged.
 */
export function decide(input: DecisionInput): DecisionOutput {
  requireIncumbent(input)
  const order = costOrder(input.candidates, input.order, input.incumbent, hasLimit(input))
  const losses = new Map(
    input.candidates
      .filter((c) => c.broken === undefined)
      .map((c) => [c.id, lossOf(input, c)] as const),
  )
  const correction = correctionOf(input, order, losses)
  const judged = input.candidates.map((candidate) =>
    judge(input, candidate, losses.get(candidate.id), order, correction),
  )
  const ranked = order.ranked.flatMap((id) => judged.filter((entry) => entry.id === id))
  const chosen = choose(ranked, input)
  return {
    decision: writeDecision({ input, order, correction, ranked, chosen, limit: limitOf(input) }),
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

/** Candidates that could be chosen: judged, known to be cheaper, not the incumbent. */
const eligible = (id: string, input: DecisionInput, order: CostOrder): boolean =>
  id !== input.incumbent && !order.dearer.has(id) && order.ranked.includes(id)

function correctionOf(
  input: DecisionInput,
  order: CostOrder,
  losses: ReadonlyMap<string, LossModel>,
): Correction {
  const looked = [...losses].filter(([id]) => eligible(id, input, order))
  const limit = limitOf(input)
  const near = looked.filter(
    ([, loss]) => loss.n > 0 && loss.pOver(limit) <= CLEARLY_FAILING,
  ).length
  return {
    looked: Math.max(1, looked.length),
    near: Math.max(1, near),
    conditions: 1 + conditionCount(input),
  }
}

/** Conditions beside the bar that a candidate must meet; a discard by any of them spends a share of beta. */
function conditionCount({ constraints, slices }: DecisionInput): number {
  const { slices: bars, ...amounts } = constraints ?? {}
  const values = Object.keys(bars ?? {}).map((key) => new Set(slices?.[key] ?? []).size)
  return Object.keys(amounts).length + values.reduce((sum, count) => sum + count, 0)
}

function judge(
  input: DecisionInput,
  candidate: CandidateEvidence,
  loss: LossModel | undefined,
  order: CostOrder,
  correction: Correction,
): Judged {
  const { id, broken } = candidate
  if (loss === undefined) {
    return blank(candidate, 'broken', broken ?? 'it could not be judged')
  }
  const checks = checksOf(input, candidate, correction)
  const bar = barGrade(input, candidate, loss, correction)
  const grade = weakest([bar, ...checks.constraints.flatMap(({ grade }) => grade ?? [])])
  const evidence = evidenceOf(input, loss, correction)
  const dearer = order.dearer.get(id)
  const standing: Standing =
    id === input.incumbent ? 'incumbent' : dearer === undefined ? grade : 'dearer'
  const reason = whyOf({ grade, bar, loss, evidence, checks: checks.constraints }, candidate, input)
  return {
    id,
    standing,
    grade,
    why: dearer === undefined || standing === 'incumbent' ? reason : `${dearer}; ${reason}`,
    loss,
    evidence: id === input.incumbent && input.bar.kind === 'relative' ? null : evidence,
    sequential: candidate.sequential ?? null,
    constraints: checks.constraints,
    slices: checks.slices,
  }
}

const blank = ({ id, sequential }: CandidateEvidence, standing: Standing, why: string): Judged => ({
  id,
  standing,
  grade: 'failed',
  why,
  loss: null,
  evidence: null,
  sequential: sequential ?? null,
  constraints: [],
  slices: [],
})

/** A candidate that the race discarded has failed on these items, whatever the population bound says. */
function barGrade(
  input: DecisionInput,
  candidate: CandidateEvidence,
  loss: LossModel,
  correction: Correction,
): Grade {
  const grade = gradeOf(loss, limitOf(input), input.risk, correction)
  return candidate.sequential?.reason === 'discarded' ? 'failed' : grade
}

function checksOf(input: DecisionInput, candidate: CandidateEvidence, correction: Correction) {
  const limits = input.constraints ?? {}
  const constraints: CheckedConstraint[] = checkAmounts(candidate, limits)
  if (limits.latencyP95Ms !== undefined) {
    const { latenciesS } = candidate
    constraints.push(checkLatency(latenciesS, limits.latencyP95Ms, input.risk, correction))
  }
  const slices = sliceValues(input).map(({ key, value, at }) => {
    const loss = lossOf(sliceInput(input, key), candidate, (p) => at[p] === value)
    return checkSlice({ key, value, loss, limit: sliceLimit(input, key) }, input.risk, correction)
  })
  constraints.push(...slices.flatMap(({ constraint }) => constraint ?? []))
  return { constraints, slices: slices.map(({ slice }) => slice) }
}

/** Slices named by a constraint, and all others that the data set declares (reported only). */
function sliceValues({ slices }: DecisionInput) {
  return Object.entries(slices ?? {}).flatMap(([key, at]) =>
    [...new Set(at)].sort().map((value) => ({ key, value, at })),
  )
}

/** Within a slice the mean of the items' scores is judged, whatever the metric; with an absolute bar the slice has its own floor. */
function sliceInput(input: DecisionInput, key: string): DecisionInput {
  const { whole: _whole, ratio: _ratio, ...rest } = input
  const floor = input.constraints?.slices?.[key]?.floor
  return floor === undefined || input.bar.kind === 'relative'
    ? rest
    : { ...rest, bar: { kind: 'absolute', floor, target: floor } }
}

function sliceLimit({ bar, constraints }: DecisionInput, key: string): number | null {
  const limit = constraints?.slices?.[key]
  if (limit === undefined) return null
  return bar.kind === 'relative' ? (limit.margin ?? bar.margin) : 0
}

/** The evidence of one candidate as the run result holds it. */
function evidenceOf(
  input: DecisionInput,
  loss: LossModel,
  { looked, near }: Correction,
): LossEvidence {
  const limit = limitOf(input)
  const pOver = loss.n === 0 ? 1 : loss.pOver(limit)
  return {
    against: loss.against,
    n: loss.n,
    win: loss.counts?.win ?? null,
    tie: loss.counts?.tie ?? null,
    lose: loss.counts?.lose ?? null,
    expected: loss.expected,
    upper: loss.n === 0 ? 1 : loss.upper(input.risk.alpha / looked),
    upperLevel: 1 - input.risk.alpha,
    pOverMargin: pOver,
    pOverMarginCorrected: correctedForSelection(pOver, near),
    pNonInferior: loss.n === 0 ? 1 : loss.pNonInferior(limit),
    pMcNemar: loss.pMcNemar,
    method: loss.method,
    prior: loss.prior,
  }
}

interface Found {
  readonly grade: Grade
  readonly bar: Grade
  readonly loss: LossModel
  readonly evidence: LossEvidence
  readonly checks: readonly CheckedConstraint[]
}

/** Why it got its verdict, in one line. */
function whyOf(
  { grade, bar, loss, evidence, checks }: Found,
  { id, sequential }: CandidateEvidence,
  input: DecisionInput,
): string {
  const limit = limitOf(input)
  const culprit = checks.find((checked) => checked.grade === grade)
  if (grade !== bar && culprit !== undefined) {
    return `${culprit.result.name}: ${culprit.result.why}`
  }
  if (input.notWorth?.includes(id)) {
    return `not run to the end (${evidence.n} items): that costs more than it could save`
  }
  if (sequential?.reason === 'not reached') return 'not run: the race ended before it'
  if (evidence.n === 0) return 'none of its items was judged'
  const name = evidence.against === 'incumbent' ? 'loss' : 'shortfall from the floor'
  const bound =
    grade === 'failed'
      ? `at least ${points(loss.lower(input.risk.beta))}`
      : `at most ${points(evidence.upper)}`
  const over = limit === 0 ? 'of being below the floor' : `of losing more than ${points(limit)}`
  const raced =
    sequential?.reason === 'discarded' ? `; the race discarded it after ${evidence.n} items` : ''
  return `${grade}: ${name} ${points(evidence.expected)}, ${bound}; chance ${over} ${percent(evidence.pOverMarginCorrected)}${raced}`
}

/** Cheapest first among those that pass; where the spec claims `certified`, a certified one comes before any supported one. */
function choose(ranked: readonly Judged[], { risk }: DecisionInput): Judged | null {
  const certified = ranked.find(({ standing }) => standing === 'certified')
  if (risk.claim === 'certified' && certified !== undefined) return certified
  return ranked.find(({ standing }) => standing === 'certified' || standing === 'supported') ?? null
}

function judgementOf(judged: Judged, order: CostOrder): CandidateJudgement {
  const { id, grade, standing, loss, why } = judged
  const place = order.ranked.indexOf(id)
  const verdict =
    standing === 'broken'
      ? 'broken'
      : grade === 'failed'
        ? 'fails'
        : grade === 'open'
          ? 'inconclusive'
          : 'meets'
  return {
    id,
    standing,
    verdict: standing === 'incumbent' ? 'meets' : verdict,
    why: standing === 'incumbent' ? 'the incumbent: what the others are compared with' : why,
    n: loss?.n ?? 0,
    quality: loss?.quality ?? { kind: 'unknown', why },
    loss: judged.evidence,
    sequential: judged.sequential,
    constraints: judged.constraints.map(({ result }) => result),
    slices: judged.slices,
    rank: place < 0 ? null : place,
  }
}
