import { textDigest } from '../data/canonical.ts'

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
  const place = (key: string) => textDigest(datasetDigest + key, digest)
  if (items.every(({ cluster }) => cluster === null))
    return ascending(items.length, (at) => place(items[at]?.digest ?? '')).map(
      (at) => items[at] as T,
    )
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

/**
 * Positions of digests in ascending order, equal ones as they stand. Sorted as numbers, which takes a tenth of the time of
 * texts: the first bits of a digest with the position behind them; only where those bits are the same, the whole digest,
 * which is computed again, since a million of them take more memory than all else that the order needs.
 */
function ascending(count: number, digestAt: (at: number) => string): number[] {
  const size = 2 ** Math.max(1, Math.ceil(Math.log2(count + 1)))
  const heads = 2 ** 53 / size
  const keys = new Float64Array(count)
  for (let at = 0; at < count; at++) {
    const head = Number.parseInt(digestAt(at).slice(0, 13), 16) || 0
    keys[at] = Math.floor((head / 2 ** 52) * heads) * size + at
  }
  keys.sort()
  const order = Array.from(keys, (key) => key % size)
  const headAt = (at: number) => Math.floor((keys[at] ?? 0) / size)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && headAt(to) === headAt(from)) to++
    if (to - from > 1) {
      const alike = order.slice(from, to)
      alike.sort((a, b) => compare(digestAt(a), digestAt(b)) || a - b)
      for (const [i, at] of alike.entries()) order[from + i] = at
    }
    from = to
  }
  return order
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
