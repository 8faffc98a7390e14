import type { SliceResult } from '../result/candidate.ts'
import { claimWords } from '../result/claim-text.ts'
import type { BarSpec } from '../spec/spec.ts'
import type { Estimate } from '../unit/estimate.ts'
import { points } from '../unit/figure-words.ts'
import type { Terms } from './claim.ts'
import { type CheckedConstraint, judgedConstraint } from './condition.ts'
import { gradeOf, supportP } from './grade.ts'
import { pairedLoss, shortfall } from './loss-exact.ts'
import type { LossModel } from './loss-model.ts'
import { lossOfScores } from './loss-of-scores.ts'
import type { Raced } from './loss-sequential.ts'
import { paired, type Unpaired } from './pairing.ts'

/** What holds within a slice: a loss against the reference of at most `limit`, or a score of at least `floor`. */
export type SliceBar = { readonly limit: number } | { readonly floor: number }

/** The bar of a slice: its own margin or floor, else the one of the spec; null where the spec judges no slice of this column. */
export function sliceBar(
  bar: BarSpec,
  own: { readonly margin?: number; readonly floor?: number } | undefined,
): SliceBar | null {
  if (own === undefined) return null
  const margin = bar.kind === 'relative' ? (own.margin ?? bar.margin) : undefined
  if (own.floor !== undefined && (own.margin === undefined || margin === undefined))
    return { floor: own.floor }
  return margin === undefined
    ? { floor: bar.kind === 'absolute' ? bar.floor : 0 }
    : { limit: margin }
}

/** Evidence over all items, their slices and what holds in each. */
export interface SliceEvidence extends Omit<Unpaired, 'keep'> {
  /** Values by position, by column. */
  readonly slices: Readonly<Record<string, readonly string[]>>
  readonly barOf: (column: string) => SliceBar | null
  /** Floor of slices that are reported only, where there is no reference. */
  readonly floor: number
  readonly raced?: Raced | undefined
}

export interface CheckedSlices {
  readonly slices: readonly SliceResult[]
  readonly constraints: readonly CheckedConstraint[]
}

/**
 * Every slice as a line of the report, and as a condition where the spec sets a bar for it. Within a slice the mean of
 * the scores is judged, whatever the metric.
 */
export function checkSlices(evidence: SliceEvidence, terms: Omit<Terms, 'limit'>): CheckedSlices {
  const checked = Object.entries(evidence.slices).flatMap(([column, values]) =>
    [...new Set(values)].sort().map((value) => {
      const bar = evidence.barOf(column)
      const loss = sliceLoss(evidence, (p) => values[p] === value, bar)
      const limit = bar === null ? null : 'limit' in bar ? bar.limit : 0
      return checkSlice({ key: column, value, loss, limit }, terms)
    }),
  )
  return {
    slices: checked.map(({ slice }) => slice),
    constraints: checked.flatMap(({ constraint }) => constraint ?? []),
  }
}

function sliceLoss(
  { scores, reference, clusters, end, ...how }: SliceEvidence,
  keep: (position: number) => boolean,
  bar: SliceBar | null,
): LossModel {
  const floor = bar !== null && 'floor' in bar ? bar.floor : null
  const against = floor === null ? reference : null
  const pairing = paired({ scores, reference: against, clusters, end, keep })
  return lossOfScores(pairing, { floor: floor ?? how.floor, raced: how.raced })
}

/** Names of slices whose loss is beyond their floor beyond doubt (at beta, shared between them): small ones cannot be by chance. */
export function certainlyBroken(
  slices: ReadonlyMap<string, readonly number[]>,
  scores: ArrayLike<number>,
  reference: ArrayLike<number>,
  floors: ReadonlyMap<string, number>,
  beta: number,
): readonly string[] {
  const broken = ([slice, rows]: readonly [string, readonly number[]]): boolean => {
    const of = (all: ArrayLike<number>) => rows.map((row) => all[row] ?? 0)
    const loss = pairedLoss(of(scores), of(reference))
    return rows.length > 0 && loss.pInferior(floors.get(slice) ?? 1) < beta / slices.size
  }
  return [...slices].filter(broken).map(([slice]) => slice)
}

interface SliceInput {
  readonly key: string
  readonly value: string
  readonly loss: LossModel
  /** Margin (or 0 below the floor) that holds in the slice; null: reported only. */
  readonly limit: number | null
}

function checkSlice(
  { key, value, loss, limit }: SliceInput,
  terms: Omit<Terms, 'limit'>,
): { readonly slice: SliceResult; readonly constraint: CheckedConstraint | null } {
  const { risk, correction } = terms
  const alpha = risk.alpha * correction.share
  const lossUpper = loss.n === 0 ? 1 : loss.upper(alpha)
  const line = { key, value, n: loss.n, quality: loss.quality, loss: loss.expected, lossUpper }
  if (limit === null) {
    const note = 'reported, not judged: the spec sets no bar for this slice'
    return { slice: { ...line, judged: false, note }, constraint: null }
  }
  const small = tooSmall(loss, limit, terms)
  const grade = small ? null : gradeOf(loss, limit, risk, correction)
  const note =
    grade === null
      ? `too small to judge: ${loss.n} items, and even without a single error they could not support the bar`
      : `${claimWords[grade]}: loss ${points(loss.expected)}, at most ${points(lossUpper)}`
  const shown = lossEstimate(loss, alpha)
  return {
    slice: { ...line, judged: !small, note },
    constraint: judgedConstraint(`slice ${key}=${value}`, limit, 'share', shown, grade, note),
  }
}

/** Whether a candidate without one loss (or one error) would still not be supported at this size. */
function tooSmall(
  loss: LossModel,
  limit: number,
  { risk, correction }: Omit<Terms, 'limit'>,
): boolean {
  const { n, expected, quality } = loss
  if (n === 0) return true
  const right = new Float64Array(n).fill(1)
  const faultless =
    loss.against === 'incumbent'
      ? pairedLoss(right, right)
      : shortfall(right, expected + quality.value)
  return supportP(faultless, limit) > (1 - risk.supportedAt) * correction.share
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
