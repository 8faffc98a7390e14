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
