/** Sums by cluster, in order of first appearance. */
export interface ClusterSums {
  readonly sums: Float64Array
  readonly sizes: Float64Array
  readonly largest: number
}

/** Adds values up by cluster key; the order of clusters is that of their first item. */
export function sumByCluster(
  values: ArrayLike<number>,
  keys: ArrayLike<string | number>,
): ClusterSums {
  const place = new Map<string | number, number>()
  const sums: number[] = []
  const sizes: number[] = []
  for (let i = 0; i < values.length; i += 1) {
    const key = keys[i] as string | number
    const at = place.get(key) ?? place.size
    place.set(key, at)
    sums[at] = (sums[at] ?? 0) + (values[i] as number)
    sizes[at] = (sizes[at] ?? 0) + 1
  }
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0)
  return { sums: Float64Array.from(sums), sizes: Float64Array.from(sizes), largest }
}

/**
 * Standard error of the mean with clusters (Miller 2024, arXiv 2411.00640, with the finite-cluster factor C/(C-1)):
 * sqrt(sum over clusters of (sum of deviations)^2 x C/(C-1)) / n.
 */
export function clusterStandardError(
  values: ArrayLike<number>,
  keys: ArrayLike<string | number>,
): number {
  const n = values.length
  let total = 0
  for (let i = 0; i < n; i += 1) total += values[i] as number
  const mean = total / n
  const { sums, sizes } = sumByCluster(values, keys)
  let squares = 0
  sums.forEach((sum, c) => {
    squares += (sum - mean * (sizes[c] as number)) ** 2
  })
  const clusters = sums.length
  return clusters < 2 ? Number.NaN : Math.sqrt((squares * clusters) / (clusters - 1)) / n
}

/**
 * One score in 0..1 per cluster for the bar q: [sum(x - q) + M q] / M with M the largest cluster. Its mean is at or
 * above q exactly when the mean over items is, so the bar stays q.
 */
export function clusterUnits(
  values: ArrayLike<number>,
  keys: ArrayLike<string | number>,
  bar: number,
): Float64Array {
  const { sums, sizes, largest } = sumByCluster(values, keys)
  return sums.map((sum, c) => (sum - bar * (sizes[c] as number) + largest * bar) / largest)
}
