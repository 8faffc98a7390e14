import { pairedLoss } from '../proof/loss-exact.ts'
import { type LossModel, remembered } from '../proof/loss-model.ts'
import type { GateVerdict } from '../result/compression.ts'
import { EProcess } from '../stats/e-process.ts'

export interface GateSpec {
  /** Loss against the incumbent that is allowed, as a share of items: 0.01 is one point. */
  readonly margin: number
  /** Error that may be spent on all trials together. */
  readonly alpha: number
  /** Chance that the loss is within the margin at which a trial that nothing shows or refutes is kept for the hold-out. */
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
const certain = 0.001

/**
 * Paired sequential gate of a search. Half of the trial's alpha goes to a betting e-process that may keep early, half to
 * the exact test over all items. A trial that is certainly worse stops early, which can only refuse: `kept` is wrong with
 * probability at most `alpha`. `candidate` and `incumbent` hold 1 for right and 0 for wrong, item by item, in random order.
 */
export function gate(
  candidate: ArrayLike<number>,
  incumbent: ArrayLike<number>,
  spec: GateSpec,
  alpha: number,
): GateVerdict {
  const size = candidate.length
  const verdict = (kind: GateVerdict['kind'], seen: number, reason: string) =>
    verdictOf(kind, lossUpTo(seen, candidate, incumbent), spec, reason)
  // y = (1 + candidate - incumbent) / 2 has mean (1 - loss) / 2; the null says loss >= margin.
  const bets = new EProcess({ nullMean: (1 - spec.margin) / 2, size: null, threshold: 2 / alpha })
  for (let seen = 1; seen <= size; seen += 1) {
    bets.update((1 + (candidate[seen - 1] ?? 0) - (incumbent[seen - 1] ?? 0)) / 2)
    if (bets.rejected) return verdict('kept', seen, 'the betting test stopped early')
    if (seen % lookEvery !== 0 || seen >= size) continue
    if (certainlyWorse(lossUpTo(seen, candidate, incumbent), spec.margin))
      return verdict('refused', seen, 'certainly worse than the margin, stopped early')
  }
  const loss = lossUpTo(size, candidate, incumbent)
  if (size > 0 && loss.pNonInferior(spec.margin) <= alpha / 2)
    return verdictOf('kept', loss, spec, 'the exact paired test over all items')
  const within = size === 0 ? 0 : 1 - loss.pOver(spec.margin)
  const reason = `chance ${(100 * within).toFixed(1)} % that the loss is within the margin`
  return verdictOf(within >= spec.lean ? 'undecided' : 'refused', loss, spec, reason)
}

/** The loss over the first `seen` items. */
function lossUpTo(
  seen: number,
  candidate: ArrayLike<number>,
  incumbent: ArrayLike<number>,
): LossModel {
  const first = (scores: ArrayLike<number>): number[] => Array.prototype.slice.call(scores, 0, seen)
  return remembered(pairedLoss(first(candidate), first(incumbent)))
}

const certainlyWorse = (loss: LossModel, margin: number): boolean =>
  loss.n >= fewestToRefuse && loss.pInferior(margin) < certain

/** Whether items seen so far refuse already: the gate's own early stop, for who produces answers bit by bit. */
export const refusedEarly = (
  candidate: ArrayLike<number>,
  incumbent: ArrayLike<number>,
  margin: number,
): boolean => certainlyWorse(pairedLoss(candidate, incumbent), margin)

function verdictOf(
  kind: GateVerdict['kind'],
  loss: LossModel,
  { margin }: GateSpec,
  reason: string,
): GateVerdict {
  const none = loss.n === 0
  return {
    kind,
    counts: loss.counts ?? { win: 0, tie: 0, lose: 0 },
    seen: loss.n,
    loss: loss.expected,
    upper95: none ? 1 : loss.upper(0.05),
    chanceWithin: none ? 0 : 1 - loss.pOver(margin),
    reason,
  }
}
