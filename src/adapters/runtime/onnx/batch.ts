/** The places of the items, in batches of like length, longest first: padding is what unequal batches waste. */
export function bucketByLength(
  lengths: readonly number[],
  batch: number,
): readonly (readonly number[])[] {
  const order = lengths.map((_, i) => i).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0))
  const batches: number[][] = []
  for (let at = 0; at < order.length; at += batch) batches.push(order.slice(at, at + batch))
  return batches
}
