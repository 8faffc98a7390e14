import {
  type Counts,
  type RatioMetric,
  ratioParts,
  ratioStatistic,
  ratioValue,
} from '../stats/ratio-metric.ts'
import type { CandidateEvidence, DecisionInput, RatioCounts, Scores } from './decision-input.ts'
import { bootstrapLoss } from './loss-bootstrap.ts'
import { boundedLoss, type LinearMetric, meanMetric } from './loss-bounded.ts'
import { shareEstimate } from './loss-exact.ts'
import { type LossModel, onTraffic, remembered } from './loss-model.ts'
import { lossOfScores } from './loss-of-scores.ts'
import { racedLoss } from './loss-sequential.ts'

/** Score at a position, or null where there is none. */
export function scoreAt(scores: Scores, position: number): number | null {
  const score = scores[position]
  return score === undefined || score === null || Number.isNaN(score) ? null : score
}

/** Positions at which both are judged, in item order; a race counts none after the one at which it stopped. */
function judgedPositions(
  candidate: CandidateEvidence,
  incumbent: CandidateEvidence | null,
  items: number,
): number[] {
  const end = candidate.sequential?.stoppedAt ?? items
  const positions: number[] = []
  for (let p = 0; p < end; p += 1) {
    const paired = incumbent === null || scoreAt(incumbent.scores, p) !== null
    if (paired && scoreAt(candidate.scores, p) !== null) positions.push(p)
  }
  return positions
}

const at = (scores: Scores, positions: readonly number[]): Float64Array =>
  Float64Array.from(positions, (p) => scoreAt(scores, p) ?? 0)

/** Cluster keys of these positions; null when every item stands alone. */
function clustersOf(input: DecisionInput, positions: readonly number[]): string[] | null {
  const { clusters } = input
  if (clusters === undefined) return null
  const keys = positions.map((p) => clusters[p] ?? `item ${p}`)
  return new Set(keys).size === keys.length ? null : keys
}

/** Clusters up to this share of surplus items are thinned to one item each instead of becoming the units. */
const FEW_REPEATS = 0.1

/**
 * A few texts that occur twice would turn every item into part of a cluster design and cost the exact test; the first
 * of each in the item order stands for it instead. Real clusters stay.
 */
function withoutRepeats(
  positions: readonly number[],
  clusters: readonly string[] | null,
): { readonly positions: readonly number[]; readonly clusters: readonly string[] | null } {
  if (clusters === null) return { positions, clusters }
  const firsts = new Set<string>()
  const kept = positions.filter((_, i) => {
    const key = clusters[i] as string
    const first = !firsts.has(key)
    firsts.add(key)
    return first
  })
  const few = kept.length >= (1 - FEW_REPEATS) * positions.length
  return few ? { positions: kept, clusters: null } : { positions, clusters }
}

/**
 * The loss model that fits the scores: exact for right or wrong, betting for graded scores, clusters and ratios
 * against a floor, bootstrap for metrics that are no mean. `keep` narrows it to a slice.
 */
export function lossOf(
  input: DecisionInput,
  candidate: CandidateEvidence,
  keep: (position: number) => boolean = () => true,
): LossModel {
  return remembered(freshLoss(input, candidate, keep))
}

function freshLoss(
  input: DecisionInput,
  candidate: CandidateEvidence,
  keep: (position: number) => boolean,
): LossModel {
  const { bar } = input
  const incumbent = bar.kind === 'relative' ? incumbentOf(input) : null
  const judged = judgedPositions(candidate, incumbent, input.items).filter(keep)
  const { positions, clusters } = withoutRepeats(judged, clustersOf(input, judged))
  const floor = bar.kind === 'absolute' ? bar.floor : 0
  const whole = wholeSet(input, candidate, incumbent)
  if (whole !== null) return bootstrapped(input, whole, positions, clusters)
  if (input.ratio !== undefined && candidate.counts !== undefined) {
    return boundedLoss(ratioMetric(input.ratio, candidate.counts, positions, floor, clusters))
  }
  const own = at(candidate.scores, positions)
  const other = incumbent === null ? null : at(incumbent.scores, positions)
  const fixed = lossOfScores(own, other, floor, clusters, input.traffic ?? null)
  const raced = candidate.sequential !== undefined && candidate.sequential.reason !== 'exhausted'
  return raced ? racedLoss(fixed, meanMetric(own, other, floor, clusters)) : fixed
}

export function incumbentOf(input: DecisionInput): CandidateEvidence | null {
  return input.candidates.find(({ id }) => id === input.incumbent) ?? null
}

interface WholeSet {
  readonly name: string
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
      reference,
      candidate: (weights) => whole.value(candidate.id, weights),
    }
  }
  const own = candidate.counts
  const other = incumbent?.counts
  if (ratio === undefined || own === undefined || other === undefined) return null
  return {
    name: ratio,
    candidate: (weights) => weightedRatio(ratio, own, weights),
    reference: (weights) => weightedRatio(ratio, other, weights),
  }
}

function weightedRatio(ratio: RatioMetric, counts: RatioCounts, weights: Float64Array): number {
  let top = 0
  let bottom = 0
  for (let p = 0; p < weights.length; p += 1) {
    const weight = weights[p] as number
    if (weight === 0) continue
    const [a, b] = ratioParts(ratio, countsAt(counts, p))
    top += weight * a
    bottom += weight * b
  }
  return bottom === 0 ? 1 : top / bottom
}

const countsAt = ({ tp, fp, fn }: RatioCounts, p: number) => ({
  tp: tp[p] ?? 0,
  fp: fp[p] ?? 0,
  fn: fn[p] ?? 0,
})

/** Resampling runs over judged positions; weights are spread back over all positions for the metric. */
function bootstrapped(
  input: DecisionInput,
  whole: WholeSet,
  positions: readonly number[],
  clusters: readonly string[] | null,
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
  const loss = bootstrapLoss({
    name: whole.name,
    n: positions.length,
    clusters: clusters === null ? null : Float64Array.from(clusters, cluster),
    candidate: (weights) => whole.candidate(spread(weights)),
    reference: (weights) => whole.reference(spread(weights)),
    against: input.bar.kind === 'relative' ? 'incumbent' : 'floor',
    seed: input.seed,
  })
  return onTraffic(loss, input.traffic ?? null)
}

/** The ratio against a floor, in units of items or clusters. */
function ratioMetric(
  ratio: RatioMetric,
  counts: RatioCounts,
  positions: readonly number[],
  floor: number,
  clusters: readonly string[] | null,
): LinearMetric {
  const sums = new Map<string | number, Counts>()
  positions.forEach((p, i) => {
    const key = clusters?.[i] ?? i
    const held = sums.get(key) ?? { tp: 0, fp: 0, fn: 0 }
    const { tp, fp, fn } = countsAt(counts, p)
    sums.set(key, { tp: held.tp + tp, fp: held.fp + fp, fn: held.fn + fn })
  })
  const units = [...sums.values()]
  const observed = ratioValue(ratio, units)
  const metric = {
    ...ratioStatistic(ratio, units),
    against: 'floor' as const,
    n: positions.length,
    units: units.length,
    observed,
    zero: floor,
    name: `${ratio} as a bounded mean`,
  }
  const blank = boundedLoss({ ...metric, quality: shareEstimate(0, 0) })
  return { ...metric, quality: ratioQuality(blank, observed, floor) }
}

function ratioQuality(loss: LossModel, observed: number, floor: number): LinearMetric['quality'] {
  return {
    ...shareEstimate(0, 0),
    value: observed,
    low: floor - loss.upper(0.025),
    high: floor - loss.lower(0.025),
    how: loss.method,
    source: 'Waudby-Smith and Ramdas 2023',
  }
}
