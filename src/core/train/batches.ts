import { seededRandom } from '../random/random.ts'

/** Chunks of this many batches are sorted by length: long enough to save padding, short enough to keep the order random. */
const chunkBatches = 32
const orderStream = 0x0b
const mixStream = 0x3b

/**
 * One epoch's batches of row numbers: rows in random order, within chunks sorted by length so that a batch holds rows of like
 * length, then the batches in random order. Depends on seed and epoch alone; every row occurs once.
 */
export function epochBatches(
  lengths: readonly number[],
  batch: number,
  seed: number,
  epoch: number,
): readonly (readonly number[])[] {
  const order = seededRandom(seed, orderStream, epoch).order(lengths.length)
  const batches: number[][] = []
  for (let start = 0; start < order.length; start += batch * chunkBatches) {
    const chunk = order.slice(start, start + batch * chunkBatches)
    chunk.sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0))
    batches.push(...sliced(chunk, batch))
  }
  const mixed = seededRandom(seed, mixStream, epoch).order(batches.length)
  return mixed.map((index) => batches[index] ?? [])
}

/** Batches in order of length, for evaluation: fewest padded tokens, every row once. */
export function orderedBatches(
  lengths: readonly number[],
  batch: number,
): readonly (readonly number[])[] {
  const order = lengths.map((_, index) => index)
  order.sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b)
  return sliced(order, batch)
}

/** The values in pieces of this size; the last may be shorter. */
export const sliced = <T>(values: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  )

/**
 * Splits rows into what is learned from and what is held out, `share` of each label (stratified, at least one of every label
 * that has two or more). Without labels the split is over all rows.
 */
export function heldOut(
  size: number,
  share: number,
  seed: number,
  labels?: readonly number[],
): { readonly train: readonly number[]; readonly held: readonly number[] } {
  const groups = new Map<number, number[]>()
  for (const row of seededRandom(seed, 0x5e).order(size)) {
    const label = labels?.[row] ?? 0
    const group = groups.get(label)
    if (group === undefined) groups.set(label, [row])
    else group.push(row)
  }
  const held: number[] = []
  for (const group of groups.values()) {
    const wanted = share <= 0 ? 0 : Math.max(1, Math.round(group.length * share))
    held.push(...group.slice(0, Math.min(wanted, group.length - 1)))
  }
  const out = new Set(held)
  const train = Array.from({ length: size }, (_, row) => row).filter((row) => !out.has(row))
  return { train, held: held.sort((a, b) => a - b) }
}
