import { bootstrapLoss } from '../proof/loss-bootstrap.ts'
import { type LossModel, remembered } from '../proof/loss-model.ts'
import { lossOfScores } from '../proof/loss-of-scores.ts'
import { ratioLoss, weightedRatio } from '../proof/loss-ratio.ts'
import { type Pairing, paired } from '../proof/pairing.ts'
import { type SliceEvidence, sliceBar } from '../proof/slice.ts'
import type { CandidateEvidence, DecisionInput } from './decision-input.ts'

/** What of a candidate is judged, beside what, and how it came to an end. */
function evidenceOf(
  input: DecisionInput,
  { scores, sequential }: CandidateEvidence,
): Omit<SliceEvidence, 'slices' | 'barOf'> {
  const { bar, clusters } = input
  return {
    scores,
    reference: bar.kind === 'relative' ? (incumbentOf(input)?.scores ?? null) : null,
    clusters,
    end: sequential?.stoppedAt ?? input.items,
    floor: bar.kind === 'absolute' ? bar.floor : 0,
    raced: sequential && (sequential.reason === 'exhausted' ? 'exhausted' : 'stopped'),
  }
}

/**
 * The loss model that fits the scores: exact for right or wrong, betting for graded scores, clusters and ratios
 * against a floor, bootstrap for metrics that are no mean.
 */
export function lossOf(input: DecisionInput, candidate: CandidateEvidence): LossModel {
  const evidence = evidenceOf(input, candidate)
  const pairing = paired(evidence)
  const incumbent = input.bar.kind === 'relative' ? incumbentOf(input) : null
  const whole = wholeSet(input, candidate, incumbent)
  if (whole !== null) return remembered(bootstrapped(input, whole, pairing))
  if (input.ratio !== undefined && candidate.counts !== undefined)
    return ratioLoss(input.ratio, candidate.counts, pairing, evidence.floor)
  return lossOfScores(pairing, evidence)
}

/** The slices that the data set declares, with the bars that the spec sets for some of them. */
export const sliceEvidence = (
  input: DecisionInput,
  candidate: CandidateEvidence,
): SliceEvidence => ({
  ...evidenceOf(input, candidate),
  slices: input.slices ?? {},
  barOf: (column) => sliceBar(input.bar, input.constraints?.slices?.[column]),
})

export function incumbentOf(input: DecisionInput): CandidateEvidence | null {
  return input.candidates.find(({ id }) => id === input.incumbent) ?? null
}

interface WholeSet {
  readonly name: string
  /** Items of the rarest class; null where there are no classes. */
  readonly rarest: number | null
  /** Metric of the candidate and of its reference with position p counted weights[p] times. */
  readonly candidate: (weights: Float64Array) => number
  readonly reference: (weights: Float64Array) => number
}

/** Metrics that must be recomputed on resampled items: given as such, or a ratio against the incumbent's. */
function wholeSet(
  input: DecisionInput,
  candidate: CandidateEvidence,
  incumbent: CandidateEvidence | null,
): WholeSet | null {
  const floor = input.bar.kind === 'absolute' ? input.bar.floor : 0
  const { whole, ratio } = input
  if (whole !== undefined) {
    const reference = (weights: Float64Array) =>
      incumbent === null ? floor : whole.value(incumbent.id, weights)
    return {
      name: whole.name,
      rarest: whole.rarest,
      reference,
      candidate: (weights) => whole.value(candidate.id, weights),
    }
  }
  const own = candidate.counts
  const other = incumbent?.counts
  if (ratio === undefined || own === undefined || other === undefined) return null
  return {
    name: ratio,
    rarest: null,
    candidate: (weights) => weightedRatio(ratio, own, weights),
    reference: (weights) => weightedRatio(ratio, other, weights),
  }
}

/** Resampling runs over judged positions; weights are spread back over all positions for the metric. */
function bootstrapped(
  input: DecisionInput,
  whole: WholeSet,
  { positions, clusters }: Pairing,
): LossModel {
  const spread = (weights: ArrayLike<number>) => {
    const full = new Float64Array(input.items)
    positions.forEach((p, i) => {
      full[p] = weights[i] as number
    })
    return full
  }
  const numbers = new Map<string, number>()
  const cluster = (key: string) => {
    const found = numbers.get(key) ?? numbers.size
    numbers.set(key, found)
    return found
  }
  return bootstrapLoss({
    name: whole.name,
    rarest: whole.rarest,
    n: positions.length,
    clusters: clusters === null ? null : Float64Array.from(clusters, cluster),
    candidate: (weights) => whole.candidate(spread(weights)),
    reference: (weights) => whole.reference(spread(weights)),
    against: input.bar.kind === 'relative' ? 'incumbent' : 'floor',
    seed: input.seed,
  })
}
