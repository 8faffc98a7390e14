/** Scores in 0..1 by position in the item order; null or NaN: not judged. */
export type Scores = ArrayLike<number | null>

/** Score at a position, or null where there is none. */
export function scoreAt(scores: Scores, position: number): number | null {
  const score = scores[position]
  return score === undefined || score === null || Number.isNaN(score) ? null : score
}

/** What can be paired: one candidate's scores, its reference's on the same items, and which items belong together. */
export interface Unpaired {
  readonly scores: Scores
  /** Scores of what it is compared with; null: compared with a floor. */
  readonly reference: Scores | null
  /** Cluster key by position; absent: every item stands alone. */
  readonly clusters?: readonly (string | null)[] | undefined
  /** Positions that count are below this one. */
  readonly end: number
  /** Narrows it to a slice. */
  readonly keep?: ((position: number) => boolean) | undefined
}

/** The evidence that counts, item by item in the item order. */
export interface Pairing {
  readonly positions: readonly number[]
  /** Cluster key of each position; null when every item stands alone. */
  readonly clusters: readonly string[] | null
  readonly own: ArrayLike<number>
  readonly reference: ArrayLike<number> | null
}

/** Positions at which both are judged; a few repeated texts count once (docs/decisions/0002). */
export function paired(given: Unpaired): Pairing {
  const judged = judgedPositions(given)
  const { positions, clusters } = withoutRepeats(judged, clustersAt(given.clusters, judged))
  const { scores, reference } = given
  return {
    positions,
    clusters,
    own: at(scores, positions),
    reference: reference === null ? null : at(reference, positions),
  }
}

function judgedPositions({ scores, reference, end, keep }: Unpaired): number[] {
  const positions: number[] = []
  for (let p = 0; p < end; p += 1) {
    const both =
      scoreAt(scores, p) !== null && (reference === null || scoreAt(reference, p) !== null)
    if (both && (keep === undefined || keep(p))) positions.push(p)
  }
  return positions
}

const at = (scores: Scores, positions: readonly number[]): Float64Array =>
  Float64Array.from(positions, (p) => scoreAt(scores, p) ?? 0)

function clustersAt(clusters: Unpaired['clusters'], positions: readonly number[]): string[] | null {
  if (clusters === undefined) return null
  const keys = positions.map((p) => clusters[p] ?? `item ${p}`)
  return new Set(keys).size === keys.length ? null : keys
}

/** Clusters up to this share of surplus items are thinned to one item each instead of becoming the units. */
const fewRepeats = 0.1

/**
 * A few texts that occur twice would turn every item into part of a cluster design and cost the exact test; the first
 * of each in the item order stands for it instead. Real clusters stay.
 */
function withoutRepeats(
  positions: readonly number[],
  clusters: readonly string[] | null,
): Pick<Pairing, 'positions' | 'clusters'> {
  if (clusters === null) return { positions, clusters }
  const firsts = new Set<string>()
  const kept = positions.filter((_, i) => {
    const key = clusters[i] as string
    const first = !firsts.has(key)
    firsts.add(key)
    return first
  })
  const few = kept.length >= (1 - fewRepeats) * positions.length
  return few ? { positions: kept, clusters: null } : { positions, clusters }
}
