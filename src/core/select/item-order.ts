/** What the order needs to know of an item. */
export interface Orderable {
  /** sha256 of the canonical item. */
  readonly digest: string
  readonly cluster: string | null
}

/**
 * The one order in which items are run and read: ascending sha256(dataset digest + item digest). It depends on the data
 * alone, so no change of bar, candidates or policy can redraw it after results were seen. Items of a cluster stand
 * together, placed by sha256(dataset digest + cluster key), so that clusters too come in random order.
 */
export function itemOrder<T extends Orderable>(
  items: readonly T[],
  datasetDigest: string,
  digest: (bytes: Uint8Array) => string,
): T[] {
  const encoder = new TextEncoder()
  const place = (key: string) => digest(encoder.encode(datasetDigest + key))
  const placed = items.map((item, written) => {
    const own = place(item.digest)
    const unit = item.cluster === null ? own : place(`cluster ${item.cluster}`)
    return { item, written, own, unit, cluster: item.cluster ?? '' }
  })
  placed.sort(
    (a, b) =>
      compare(a.unit, b.unit) ||
      compare(a.cluster, b.cluster) ||
      compare(a.own, b.own) ||
      a.written - b.written,
  )
  return placed.map(({ item }) => item)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
