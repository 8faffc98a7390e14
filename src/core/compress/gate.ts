import type { GateVerdict, HoldoutVerdict } from '../result/compression.ts'
import { EProcess } from '../stats/e-process.ts'
import {
  inferiorityP,
  lossLowerBound,
  lossUpperBound,
  nonInferiorityP,
  type PairedCounts,
} from '../stats/paired-difference.ts'
import { pLossOver } from '../stats/posterior.ts'
import { trafficFactor } from '../stats/traffic.ts'

export interface GateSpec {
  /** Loss against the original that is allowed, as a share of items: 0.01 is one point. */
  readonly margin: number
  /** Error that may be spent on all trials together. */
  readonly alpha: number
  /** Chance that the loss is within the margin at which a trial that nothing proves or refutes is kept for now. */
  readonly lean: number
}

/** Alpha of trial k (1, 2, ...): alpha / (k (k + 1)), which sums to alpha over any number of trials. */
export function alphaOfTrial(alpha: number, trial: number): number {
  return alpha / (trial * (trial + 1))
}

/** Items between two looks. */
const lookEvery = 50
/** Items before anything is refused. */
const fewestToRefuse = 100
/** p-value below which a loss beyond the margin counts as certain and no more items are looked at. */
const certainlyWorse = 0.001

/**
 * Paired sequential gate. Half of the trial's alpha goes to a betting e-process that may prove early, half to the exact test over all
 * items. A trial that is certainly worse stops early, which can only refuse: the error of a false `proven` is at most `alpha`.
 * `candidate` and `original` hold 1 for right and 0 for wrong, item by item, in random order.
 */
export function gate(
  candidate: ArrayLike<number>,
  original: ArrayLike<number>,
  spec: GateSpec,
  alpha: number,
): GateVerdict {
  const size = candidate.length
  // y = (1 + candidate - original) / 2 has mean (1 - loss) / 2; the null says loss >= margin.
  const bets = new EProcess({ nullMean: (1 - spec.margin) / 2, size: null, threshold: 2 / alpha })
  const counts = { win: 0, tie: 0, lose: 0 }
  for (let at = 0; at < size; at += 1) {
    const difference = (candidate[at] ?? 0) - (original[at] ?? 0)
    counts[difference > 0 ? 'win' : difference < 0 ? 'lose' : 'tie'] += 1
    bets.update((1 + difference) / 2)
    if (bets.rejected) return verdict('proven', counts, spec, 'the betting test stopped early')
    const looks = (at + 1) % lookEvery === 0 && at + 1 >= fewestToRefuse && at + 1 < size
    if (looks && inferiorityP(counts, spec.margin) < certainlyWorse)
      return verdict('refused', counts, spec, 'certainly worse than the margin, stopped early')
  }
  if (size > 0 && nonInferiorityP(counts, spec.margin) <= alpha / 2)
    return verdict('proven', counts, spec, 'the exact paired test over all items')
  return leaning(counts, spec)
}

/** Whether items seen so far refuse already: the gate's own early stop, for who produces answers bit by bit. */
export function refusedEarly(
  candidate: ArrayLike<number>,
  original: ArrayLike<number>,
  margin: number,
): boolean {
  if (candidate.length < fewestToRefuse) return false
  return inferiorityP(pairs(candidate, original), margin) < certainlyWorse
}

function leaning(counts: PairedCounts, spec: GateSpec): GateVerdict {
  const within = 1 - pLossOver(counts, spec.margin)
  const kind = within >= spec.lean ? 'leaning' : 'refused'
  return verdict(kind, counts, spec, `chance ${percent(within)} that the loss is within the margin`)
}

function verdict(
  kind: GateVerdict['kind'],
  counts: PairedCounts,
  { margin }: GateSpec,
  reason: string,
): GateVerdict {
  const seen = counts.win + counts.tie + counts.lose
  return {
    kind,
    counts: { ...counts },
    seen,
    loss: seen === 0 ? 0 : (counts.lose - counts.win) / seen,
    upper95: seen === 0 ? 1 : lossUpperBound(counts, 0.05),
    chanceWithin: seen === 0 ? 0 : 1 - pLossOver(counts, margin),
    reason,
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/**
 * The claim: exact paired test on items that the search never saw, at this finalist's share of alpha, and the bound for traffic within the
 * margin. `traffic` is the number of answers that the choice will serve; null: three times the items.
 */
export function holdoutVerdict(
  candidate: ArrayLike<number>,
  original: ArrayLike<number>,
  { margin, alpha, traffic }: { margin: number; alpha: number; traffic: number | null },
): HoldoutVerdict {
  const counts = pairs(candidate, original)
  const p = nonInferiorityP(counts, margin)
  const items = candidate.length
  const loss = items === 0 ? 0 : (counts.lose - counts.win) / items
  const expected = items === 0 ? 1 : lossUpperBound(counts, alpha)
  const upper = Math.min(1, loss + (expected - loss) * trafficFactor(items, traffic))
  return { proven: p <= alpha && upper <= margin, counts, items, loss, upper, p, alpha }
}

/** Two-sided 95 % interval of the loss, for people. */
export function lossInterval(counts: PairedCounts): {
  readonly low: number
  readonly high: number
} {
  return { low: lossLowerBound(counts, 0.025), high: lossUpperBound(counts, 0.025) }
}

/** Wins, ties and losses of two rows of 0 and 1. */
export function pairs(candidate: ArrayLike<number>, original: ArrayLike<number>): PairedCounts {
  const counts = { win: 0, tie: 0, lose: 0 }
  for (let at = 0; at < candidate.length; at += 1) {
    const difference = (candidate[at] ?? 0) - (original[at] ?? 0)
    counts[difference > 0 ? 'win' : difference < 0 ? 'lose' : 'tie'] += 1
  }
  return counts
}

/** A slice whose loss is certainly beyond its floor. */
export interface SliceBreach {
  readonly slice: string
  readonly items: number
  readonly loss: number
}

/** Slices where the loss is beyond their floor beyond doubt (p < 0.05 shared between slices); small slices cannot breach by chance. */
export function sliceBreaches(
  slices: ReadonlyMap<string, readonly number[]>,
  candidate: ArrayLike<number>,
  original: ArrayLike<number>,
  floors: ReadonlyMap<string, number>,
): readonly SliceBreach[] {
  return [...slices].flatMap(([slice, rows]) => {
    const of = (scores: ArrayLike<number>) => rows.map((row) => scores[row] ?? 0)
    const counts = pairs(of(candidate), of(original))
    const floor = floors.get(slice) ?? 1
    if (rows.length === 0 || inferiorityP(counts, floor) >= 0.05 / slices.size) return []
    return [{ slice, items: rows.length, loss: (counts.lose - counts.win) / rows.length }]
  })
}
