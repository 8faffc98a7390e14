import type { ConstraintResult, SliceResult, Verdict } from '../spec/run-result.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { pLossOver, pShareBelow } from '../stats/posterior.ts'
import {
  clopperPearson,
  clopperPearsonLower,
  clopperPearsonUpper,
} from '../stats/proportion-interval.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'
import type { CandidateEvidence } from './decision-input.ts'
import type { LossModel } from './loss-model.ts'
import { percent, points } from './sentences.ts'
import { type Correction, correctedForSelection, type Grade, gradeOf } from './standing.ts'

/** A condition beside the bar, and how far its evidence goes; `null` grade: too little to judge, and said so. */
export interface CheckedConstraint {
  readonly result: ConstraintResult
  readonly grade: Grade | null
}

const verdictOf = (grade: Grade | null): Verdict =>
  grade === 'certified' || grade === 'supported'
    ? 'meets'
    : grade === 'failed'
      ? 'fails'
      : 'inconclusive'

/** Requests below which a 95th percentile is not judged (settled: windows of 200 requests or more). */
const REQUESTS_FOR_P95 = 200

/** "p95 <= limit" is "at least 95 % of requests within the limit": a share, judged like one. */
export function checkLatency(
  latenciesS: readonly number[] | undefined,
  limitMs: number,
  risk: RiskSpec,
  correction: Correction,
): CheckedConstraint {
  const limit = limitMs / 1000
  const requests = latenciesS ?? []
  const n = requests.length
  if (n < REQUESTS_FOR_P95) {
    const why = `${n} warm requests were timed; ${REQUESTS_FOR_P95} are needed to judge a 95th percentile`
    return outcome('p95 latency', limit, 's', { kind: 'unknown', why }, 'open', why)
  }
  const within = requests.filter((latency) => latency <= limit).length
  const grade = gradeShare(within, n, 0.95, risk, correction)
  const why = `${percent(within / n)} of ${n} requests took at most ${limitMs} ms`
  return outcome('p95 latency', limit, 's', percentile(requests), grade, why)
}

function gradeShare(
  hits: number,
  n: number,
  floor: number,
  risk: RiskSpec,
  correction: Correction,
): Grade {
  const { looked, near, conditions } = correction
  if (clopperPearsonLower(hits, n, risk.alpha / looked) >= floor) return 'certified'
  const below = correctedForSelection(pShareBelow(hits, n, floor), near)
  if (below <= 1 - risk.supportedAt) return 'supported'
  return clopperPearsonUpper(hits, n, risk.beta / conditions) < floor ? 'failed' : 'open'
}

/** The 95th percentile with the order statistics that a Clopper-Pearson interval of ranks gives. */
function percentile(requests: readonly number[]): Estimate<'s'> {
  const sorted = [...requests].sort((a, b) => a - b)
  const n = sorted.length
  const at = (share: number) => sorted[Math.min(n - 1, Math.max(0, Math.ceil(share * n) - 1))] ?? 0
  const ranks = clopperPearson(Math.round(0.95 * n), n, 0.95)
  return {
    kind: 'known',
    unit: 's',
    value: at(0.95),
    low: at(ranks.low),
    high: at(ranks.high),
    level: 0.95,
    method: 'measured',
    how: `order statistics of ${n} warm requests of batch 1`,
    source: 'Clopper and Pearson 1934, ranks',
  }
}

function outcome(
  name: string,
  limit: number,
  unit: string,
  value: Estimate<Unit>,
  grade: Grade | null,
  why: string,
): CheckedConstraint {
  const typed = value as ConstraintResult['value']
  return { grade, result: { name, limit, unit, value: typed, verdict: verdictOf(grade), why } }
}

/** A measured amount against its limit: meets when its whole interval does, fails when none of it does. */
function checkAmount(
  name: string,
  limit: number,
  unit: string,
  value: Estimate<Unit> | undefined,
): CheckedConstraint {
  if (value === undefined || value.kind !== 'known') {
    const why = value?.kind === 'unknown' ? value.why : 'it was not measured'
    return outcome(name, limit, unit, value ?? { kind: 'unknown', why }, 'open', `unknown: ${why}`)
  }
  if (value.high <= limit) return outcome(name, limit, unit, value, 'certified', 'within the limit')
  if (value.low > limit) return outcome(name, limit, unit, value, 'failed', 'above the limit')
  return outcome(name, limit, unit, value, 'open', 'the limit lies inside its interval')
}

/** The amounts that the spec limits, by candidate. */
export function checkAmounts(
  { cost, peakRss }: CandidateEvidence,
  limits: {
    readonly memoryMiB?: number
    readonly joulesPerItem?: number
    readonly pricePerItem?: number
  },
): CheckedConstraint[] {
  const { memoryMiB, joulesPerItem, pricePerItem } = limits
  const checked: CheckedConstraint[] = []
  if (memoryMiB !== undefined)
    checked.push(checkAmount('memory', memoryMiB * 2 ** 20, 'B', peakRss))
  if (joulesPerItem !== undefined) {
    checked.push(checkAmount('energy per item', joulesPerItem, 'JPerItem', cost.energyPerItem))
  }
  if (pricePerItem !== undefined) {
    checked.push(checkAmount('price per item', pricePerItem, 'moneyPerItem', cost.pricePerItem))
  }
  return checked
}

export interface SliceInput {
  readonly key: string
  readonly value: string
  readonly loss: LossModel
  /** Margin (or 0 below the floor) that holds in the slice; null: reported only. */
  readonly limit: number | null
}

/** One slice as a line of the report, and as a constraint where the spec sets a bar for it. */
export function checkSlice(
  { key, value, loss, limit }: SliceInput,
  risk: RiskSpec,
  correction: Correction,
): { readonly slice: SliceResult; readonly constraint: CheckedConstraint | null } {
  const line = { key, value, n: loss.n, quality: loss.quality }
  const measured = { loss: loss.expected, lossUpper: loss.upper(risk.alpha / correction.looked) }
  if (limit === null) {
    const note = 'reported, not judged: the spec sets no bar for this slice'
    return { slice: { ...line, ...measured, judged: false, note }, constraint: null }
  }
  const name = `slice ${key}=${value}`
  const shown = lossEstimate(loss, risk.alpha / correction.looked)
  if (tooSmall(loss, limit, risk, correction)) {
    const note = `too small to judge: ${loss.n} items, and even without a single error they could not support the bar`
    const constraint = outcome(name, limit, 'share', shown, null, note)
    return { slice: { ...line, ...measured, judged: false, note }, constraint }
  }
  const grade = gradeOf(loss, limit, risk, correction)
  const note = `${grade}: loss ${points(loss.expected)}, at most ${points(measured.lossUpper)}`
  return {
    slice: { ...line, ...measured, judged: true, note },
    constraint: outcome(name, limit, 'share', shown, grade, note),
  }
}

/** Whether a candidate without one loss (or one error) would still not be supported at this size. */
function tooSmall(loss: LossModel, limit: number, risk: RiskSpec, { near }: Correction): boolean {
  const { n, expected, quality } = loss
  const floor = expected + quality.value - limit
  const p =
    loss.against === 'incumbent'
      ? pLossOver({ win: 0, tie: n, lose: 0 }, limit)
      : pShareBelow(n, n, floor)
  return n === 0 || correctedForSelection(p, near) > 1 - risk.supportedAt
}

function lossEstimate(loss: LossModel, alpha: number): Estimate<'share'> {
  return {
    kind: 'known',
    unit: 'share',
    value: loss.expected,
    low: loss.lower(alpha),
    high: loss.upper(alpha),
    level: 1 - 2 * alpha,
    method: 'measured',
    how: loss.method,
    source: `${loss.n} items`,
  }
}
