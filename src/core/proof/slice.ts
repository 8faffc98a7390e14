import type { SliceResult } from '../result/candidate.ts'
import { claimWords } from '../result/claim-text.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { pLossOver, pShareBelow } from '../stats/posterior.ts'
import type { Estimate } from '../unit/estimate.ts'
import { points } from '../unit/figure-words.ts'
import { type CheckedConstraint, judgedConstraint } from './condition.ts'
import { type Correction, correctedForSelection, gradeOf } from './grade.ts'
import type { LossModel } from './loss-model.ts'

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
    const constraint = judgedConstraint(name, limit, 'share', shown, null, note)
    return { slice: { ...line, ...measured, judged: false, note }, constraint }
  }
  const grade = gradeOf(loss, limit, risk, correction)
  const note = `${claimWords[grade]}: loss ${points(loss.expected)}, at most ${points(measured.lossUpper)}`
  return {
    slice: { ...line, ...measured, judged: true, note },
    constraint: judgedConstraint(name, limit, 'share', shown, grade, note),
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
