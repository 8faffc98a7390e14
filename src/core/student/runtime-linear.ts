import { answerOf, bestOf } from './runtime-answer.ts'
import { openStudent } from './runtime-file.ts'
import { type GramSettings, type Grams, gramReader } from './runtime-grams.ts'

/** A linear model over n-grams. Feature f's weight for class k is scales[f] * weights[f * K + k]. */
export interface LinearModel {
  readonly labels: readonly string[]
  readonly grams: GramSettings
  /** The first `wordFeatures` features are word n-grams, the others character n-grams. */
  readonly wordFeatures: number
  readonly hashes: Int32Array
  readonly idf: Float32Array
  readonly scales: Float32Array
  readonly weights: Int8Array | Float32Array
  readonly bias: Float32Array
}

/** Reads and classifies one text at a time; keeps its buffers, so one per thread. */
export class LinearClassifier {
  readonly model: LinearModel
  /** Class scores of the last text. */
  readonly scores: Float64Array
  /** Known n-grams of the last text. */
  known = 0
  private readonly read: (text: string) => Grams
  private readonly slots: readonly [Int32Array, Int32Array]
  private readonly counts: Int32Array
  private readonly seen: Int32Array
  constructor(model: LinearModel) {
    const { hashes, wordFeatures, labels } = model
    this.model = model
    this.scores = new Float64Array(labels.length)
    this.read = gramReader(model.grams)
    this.slots = [slotsOf(hashes, 0, wordFeatures), slotsOf(hashes, wordFeatures, hashes.length)]
    this.counts = new Int32Array(hashes.length)
    this.seen = new Int32Array(hashes.length)
  }

  /** Index of the best label; `scores` holds all. */
  best(text: string): number {
    const { words, chars } = this.read(text)
    this.scores.set(this.model.bias)
    this.known = this.add(this.slots[0], words) + this.add(this.slots[1], chars)
    return bestOf(this.scores)
  }

  /** The best label with the softmax of all scores. */
  classify(text: string): ReturnType<typeof answerOf> {
    this.best(text)
    return answerOf(this.model.labels, this.scores, this.known)
  }

  /** Adds (1 + ln count) idf of each known n-gram, scaled to length 1, times its weights. */
  private add(slots: Int32Array, hashes: Int32Array): number {
    const { counts, seen, scores } = this
    const { idf, scales, weights } = this.model
    const found = this.count(slots, hashes)
    const tf = (f: number): number => (idf[f] as number) * (1 + Math.log(counts[f] as number))
    let squares = 0
    for (let i = 0; i < found; i++) squares += tf(seen[i] as number) ** 2
    const size = Math.sqrt(squares)
    for (let i = 0; i < found; i++) {
      const f = seen[i] as number
      const v = (tf(f) / size) * (scales[f] as number)
      const base = f * scores.length
      for (let k = 0; k < scores.length; k++) {
        scores[k] = (scores[k] as number) + v * (weights[base + k] as number)
      }
      counts[f] = 0
    }
    return found
  }

  /** Distinct known features into `seen`, how often each into `counts`. */
  private count(slots: Int32Array, hashes: Int32Array): number {
    const { counts, seen } = this
    let found = 0
    for (let i = 0; i < hashes.length; i++) {
      const f = (slots[slotOf(slots, hashes[i] as number) + 1] as number) - 1
      if (f < 0) continue
      if (counts[f] === 0) seen[found++] = f
      counts[f] = (counts[f] as number) + 1
    }
    return found
  }
}

/** Pairs (hash, feature + 1) in an open-addressed table, at most half full. */
function slotsOf(hashes: Int32Array, from: number, to: number): Int32Array {
  let size = 4
  while (size < 4 * (to - from)) size *= 2
  const slots = new Int32Array(size)
  for (let f = from; f < to; f++)
    slots.set([hashes[f] as number, f + 1], slotOf(slots, hashes[f] as number))
  return slots
}

/** Where the hash is, or the free place where it would go. */
function slotOf(slots: Int32Array, hash: number): number {
  const mask = slots.length - 2
  let at = (2 * hash) & mask
  while (slots[at + 1] !== 0 && slots[at] !== hash) at = (at + 2) & mask
  return at
}

/** Opens the bytes of a `rightsize-linear@1` file. Throws a plain Error that says what does not fit. */
export function openLinear(bytes: Uint8Array): LinearModel {
  const { settings, get } = openStudent(bytes, 'rightsize-linear@1')
  const { labels, grams, wordFeatures } = settings
  const hashes = get<Int32Array>('hashes', undefined, ['I32'])
  const n = hashes.length
  const { charMin, charMax, wordMax } = grams
  // Longer n-grams than training can have set would only exhaust memory.
  const sane = charMin > 0 && charMin <= charMax && charMax < 17 && wordMax > 0 && wordMax < 17
  if (!sane || !(wordFeatures >= 0 && wordFeatures <= n)) throw new Error('settings do not fit')
  const weights = get<LinearModel['weights']>('weights', n * labels.length, ['I8', 'F32'])
  const bias = get('bias', labels.length)
  return {
    labels,
    grams,
    wordFeatures,
    hashes,
    idf: get('idf', n),
    scales: get('scales', n),
    weights,
    bias,
  }
}
