/**
 * The places of the items, in batches of like length, longest first: padding is what unequal batches waste.
 * With `equal`, lengths within a batch are the same: raw tensors cannot be padded.
 */
export function bucketByLength(
  lengths: readonly number[],
  batch: number,
  equal = false,
): readonly (readonly number[])[] {
  const order = lengths.map((_, i) => i).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0))
  const batches: number[][] = []
  for (const place of order) {
    const last = batches.at(-1)
    const joins =
      last && last.length < batch && (!equal || lengths[last[0] ?? -1] === lengths[place])
    if (joins) last.push(place)
    else batches.push([place])
  }
  return batches
}
