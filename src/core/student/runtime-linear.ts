import { answerOf, bestOf } from './runtime-dense.ts'
import { readTensors } from './runtime-file.ts'
import { GramReader, type GramSettings } from './runtime-grams.ts'

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
  private readonly reader: GramReader
  private readonly words: Int32Array
  private readonly chars: Int32Array
  private readonly counts: Int32Array
  private readonly seen: Int32Array
  constructor(model: LinearModel) {
    const features = model.hashes.length
    this.model = model
    this.scores = new Float64Array(model.labels.length)
    this.reader = new GramReader(model.grams)
    this.words = slotsOf(model.hashes, 0, model.wordFeatures)
    this.chars = slotsOf(model.hashes, model.wordFeatures, features)
    this.counts = new Int32Array(features)
    this.seen = new Int32Array(features)
  }

  /** Index of the best label; `scores` holds all. */
  best(text: string): number {
    const { reader, scores } = this
    reader.read(text)
    scores.set(this.model.bias)
    this.known = 0
    this.addBlock(this.words, reader.words, reader.wordCount)
    this.addBlock(this.chars, reader.chars, reader.charCount)
    return bestOf(scores)
  }

  /** The best label with the softmax of all scores. */
  classify(text: string): ReturnType<typeof answerOf> {
    this.best(text)
    return answerOf(this.model.labels, this.scores, this.known)
  }

  /** tf = 1 + ln count, times idf, the block scaled to length 1. */
  private addBlock(slots: Int32Array, hashes: Int32Array, length: number): void {
    const { counts, seen } = this
    const found = this.count(slots, hashes, length)
    const { idf } = this.model
    let squares = 0
    for (let i = 0; i < found; i++) {
      const f = seen[i] as number
      const n = counts[f] as number
      const v = (idf[f] as number) * (n === 1 ? 1 : 1 + Math.log(n))
      squares += v * v
    }
    const scale = 1 / Math.sqrt(squares || 1)
    for (let i = 0; i < found; i++) {
      const f = seen[i] as number
      const n = counts[f] as number
      counts[f] = 0
      this.addFeature(f, scale * (idf[f] as number) * (n === 1 ? 1 : 1 + Math.log(n)))
    }
    this.known += found
  }

  /** Distinct known features into `seen`, how often each into `counts`. */
  private count(slots: Int32Array, hashes: Int32Array, length: number): number {
    const { counts, seen } = this
    const mask = slots.length / 2 - 1
    let found = 0
    for (let i = 0; i < length; i++) {
      const hash = hashes[i] as number
      let slot = hash & mask
      let f = slots[2 * slot + 1] as number
      while (f !== 0 && slots[2 * slot] !== hash) {
        slot = (slot + 1) & mask
        f = slots[2 * slot + 1] as number
      }
      if (f === 0) continue
      if (counts[f - 1] === 0) seen[found++] = f - 1
      counts[f - 1] = (counts[f - 1] as number) + 1
    }
    return found
  }

  private addFeature(f: number, value: number): void {
    const { scores } = this
    const { weights, scales } = this.model
    const v = value * (scales[f] as number)
    const base = f * scores.length
    for (let k = 0; k < scores.length; k++) {
      scores[k] = (scores[k] as number) + v * (weights[base + k] as number)
    }
  }
}

/** Pairs (hash, feature + 1) in an open-addressed table, at most half full. */
function slotsOf(hashes: Int32Array, from: number, to: number): Int32Array {
  let size = 4
  while (size < 2 * (to - from)) size *= 2
  const slots = new Int32Array(2 * size)
  for (let f = from; f < to; f++) {
    let slot = (hashes[f] as number) & (size - 1)
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & (size - 1)
    slots[2 * slot] = hashes[f] as number
    slots[2 * slot + 1] = f + 1
  }
  return slots
}

/** Opens the bytes of a `rightsize-linear@1` file. Throws a plain Error that says what does not fit. */
export function openLinear(bytes: Uint8Array): LinearModel {
  const { metadata, tensors } = readTensors(bytes)
  if (metadata.get('format') !== 'rightsize-linear@1')
    throw new Error('not a rightsize-linear@1 file')
  const { labels, grams, wordFeatures } = JSON.parse(metadata.get('settings') ?? '{}')
  const hashes = tensors.get('hashes')?.data
  const idf = tensors.get('idf')?.data
  const scales = tensors.get('scales')?.data
  const weights = tensors.get('weights')?.data
  const bias = tensors.get('bias')?.data
  const fits =
    Array.isArray(labels) &&
    hashes instanceof Int32Array &&
    idf instanceof Float32Array &&
    scales instanceof Float32Array &&
    (weights instanceof Int8Array || weights instanceof Float32Array) &&
    bias instanceof Float32Array &&
    idf.length === hashes.length &&
    scales.length === hashes.length &&
    bias.length === labels.length &&
    weights.length === hashes.length * labels.length &&
    wordFeatures >= 0 &&
    wordFeatures <= hashes.length
  if (!fits) throw new Error('tensors do not fit together')
  return { labels, grams, wordFeatures, hashes, idf, scales, weights, bias }
}
