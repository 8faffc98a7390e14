import { RightsizeError } from '../error/error.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import type { ChannelStats, MagnitudeHistogram, Stats, Stillness } from './pass.ts'
import {
  type HistogramOutputs,
  histogramBins,
  type StatOutputs,
  type StillOutputs,
} from './statistics.ts'

/** Results of one run, by output name. */
export type Results = Readonly<Record<string, HostTensor>>

interface Sums {
  count: number
  readonly sum: Float64Array
  readonly squares: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly gram: Float64Array | null
  still: Stillness | null
}

/** Adds up the figures of batches, in double precision; the order of the batches is the order of the sums. */
export class Tally {
  readonly #sums = new Map<StatOutputs, Sums>()
  readonly #histograms = new Map<string, MagnitudeHistogram>()

  /** Takes in one batch. Batches without rows count nothing. Throws SHRINK_STATISTICS when the width changes or figures are not finite. */
  add(outputs: readonly StatOutputs[], results: Results): void {
    for (const output of outputs) this.#addOne(output, results)
  }

  #addOne(output: StatOutputs, results: Results): void {
    const [rows = 0, channels = 0] = numbers(results, output.shape)
    if (rows === 0) return
    const sums = this.#sums.get(output) ?? emptySums(channels, output)
    this.#sums.set(output, sums)
    if (sums.sum.length !== channels) {
      const what = `'${output.request.value}' has ${channels} channels and had ${sums.sum.length} before`
      throw new RightsizeError('SHRINK_STATISTICS', what)
    }
    sums.count += rows
    if (output.sum !== null) accumulate(sums.sum, numbers(results, output.sum))
    if (output.squares !== null) accumulate(sums.squares, numbers(results, output.squares))
    if (output.still !== null) {
      const batch = stillBatch(results, output.still, rows)
      if (output.sum === null) addEnergy(sums, batch)
      sums.still = farther(sums.still, batch)
    }
    if (output.min !== null) extreme(sums.min, numbers(results, output.min), Math.min)
    if (output.max !== null) extreme(sums.max, numbers(results, output.max), Math.max)
    if (output.gram !== null && sums.gram !== null) {
      accumulate(sums.gram, numbers(results, output.gram))
    }
    if (!sums.squares.every(Number.isFinite)) {
      const what = `'${output.request.value}' takes values that are not finite`
      throw new RightsizeError('SHRINK_STATISTICS', what)
    }
  }

  /** Takes in the histograms of one batch. */
  addHistograms(outputs: readonly HistogramOutputs[], results: Results): void {
    for (const { value, limit, bins, counts } of outputs) {
      const counted = this.#histograms.get(value)?.counts ?? new Float64Array(histogramBins)
      this.#histograms.set(value, { limit, counts: counted })
      const times = numbers(results, counts)
      const places = numbers(results, bins)
      for (let at = 0; at < places.length; at += 1) {
        const bin = places[at] ?? 0
        counted[bin] = (counted[bin] ?? 0) + (times[at] ?? 0)
      }
    }
  }

  /** The values whose histogram is wanted, with the largest magnitude seen. */
  limits(): readonly { readonly value: string; readonly limit: number }[] {
    return [...this.#sums]
      .filter(([{ request }]) => request.kind === 'histogram')
      .map(([{ request }, { min, max }]) => ({
        value: request.value,
        limit: Math.max(Math.abs(min[0] ?? 0), Math.abs(max[0] ?? 0)),
      }))
  }

  /**
   * The statistics of everything taken in, by value name. A value asked for both by channel and as a whole is kept as a whole under
   * `whole:` and its name.
   */
  stats(): Stats {
    const stats = new Map<string, ChannelStats>()
    for (const [{ request }, sums] of this.#sums) {
      const histogram = this.#histograms.get(request.value)
      const whole = request.kind === 'range' || request.kind === 'histogram'
      stats.set(statKey(request.value, whole), finished(sums, whole ? histogram : undefined))
    }
    return stats
  }
}

/** The key of a value's statistics: by channel under its own name, as a whole behind a prefix that no exporter writes. */
export function statKey(value: string, whole: boolean): string {
  return whole ? `whole:${value}` : value
}

function emptySums(channels: number, { gram, min }: StatOutputs): Sums {
  const extremes = min === null ? 0 : channels
  return {
    count: 0,
    sum: new Float64Array(channels),
    squares: new Float64Array(channels),
    min: new Float64Array(extremes).fill(Number.POSITIVE_INFINITY),
    max: new Float64Array(extremes).fill(Number.NEGATIVE_INFINITY),
    gram: gram === null ? null : new Float64Array(channels * channels),
    still: null,
  }
}

/** Of the rows of one batch: their number, the first, and of (x - first) the sum and the sum of squares. */
interface StillBatch {
  readonly rows: number
  readonly first: ArrayLike<number>
  readonly offsets: ArrayLike<number>
  readonly spread: ArrayLike<number>
}

function stillBatch(
  results: Results,
  { reference, offsets, spread }: StillOutputs,
  rows: number,
): StillBatch {
  const [first, sum, squares] = [reference, offsets, spread].map((name) => numbers(results, name))
  return { rows, first: first ?? [], offsets: sum ?? [], spread: squares ?? [] }
}

/** sum x = S + n r and sum x^2 = D + 2 r S + n r^2, with r the first row, S and D the sums of (x - r) and (x - r)^2. */
function addEnergy({ sum, squares }: Sums, { rows, first, offsets, spread }: StillBatch): void {
  for (let at = 0; at < sum.length; at += 1) {
    const [r, s, d] = [first[at] as number, offsets[at] as number, spread[at] as number]
    sum[at] = (sum[at] as number) + s + rows * r
    squares[at] = (squares[at] as number) + Math.max(0, d + 2 * r * s + rows * r * r)
  }
}

/**
 * Deviations with those of a further batch. With x0 the first row of all, r that of the batch and D its sum of (x - r)^2, every row has
 * |x - x0| <= |x - r| + |r - x0| <= sqrt(D) + |r - x0|. The largest over batches is kept: unlike a sum it does not grow with their number.
 */
function farther(known: Stillness | null, { first, spread }: StillBatch): Stillness {
  const reference = known?.reference ?? Float64Array.from(first)
  const deviation = known?.deviation ?? new Float64Array(reference.length)
  for (let at = 0; at < deviation.length; at += 1) {
    const moved = Math.abs((first[at] as number) - (reference[at] as number))
    const bound = Math.sqrt(spread[at] as number) + moved
    deviation[at] = Math.max(deviation[at] as number, bound)
  }
  return { reference, deviation }
}

function finished(sums: Sums, histogram: MagnitudeHistogram | undefined): ChannelStats {
  const { count, min, max } = sums
  const mean = sums.sum.map((value) => value / count)
  const secondMoment = sums.squares.map((value) => value / count)
  const gram = sums.gram?.map((value) => value / count) ?? null
  const still = sums.still === null ? {} : { still: sums.still }
  const stats = { count, mean, secondMoment, min, max, gram, ...still }
  return histogram === undefined ? stats : { ...stats, histogram }
}

function accumulate(into: Float64Array, values: ArrayLike<number>): void {
  for (let at = 0; at < into.length; at += 1)
    into[at] = (into[at] as number) + (values[at] as number)
}

function extreme(
  into: Float64Array,
  values: ArrayLike<number>,
  choose: (a: number, b: number) => number,
): void {
  for (let at = 0; at < into.length; at += 1) into[at] = choose(into[at] ?? 0, values[at] ?? 0)
}

/** The values of an output; floats are not copied, because Gram matrices are large. */
function numbers(results: Results, name: string): ArrayLike<number> & Iterable<number> {
  const data = results[name]?.data
  if (data === undefined)
    throw new RightsizeError('SHRINK_STATISTICS', `the run returned no '${name}'`)
  return data instanceof Float32Array
    ? data
    : Array.from(data as ArrayLike<number | bigint>, Number)
}
