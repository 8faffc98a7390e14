import { WordPieceEncoder, type WordPieceModel } from '../text/wordpiece.ts'
import { answerOf, bestOf, type DenseLayer, layerScores } from './runtime-dense.ts'
import { readTensors } from './runtime-file.ts'
import { openLayers } from './runtime-head.ts'

/** One vector per token, their mean, and a head. Token t's vector is scales[t] * embeddings[t]. */
export interface StaticModel {
  readonly labels: readonly string[]
  readonly width: number
  readonly tokenizer: WordPieceModel
  readonly embeddings: Int8Array | Float32Array
  readonly scales: Float32Array
  /** Whether the mean is scaled to length 1. */
  readonly unitLength: boolean
  readonly layers: readonly DenseLayer[]
}

/** Reads and classifies one text at a time. It cannot see the order of words. */
export class StaticClassifier {
  readonly model: StaticModel
  /** Known tokens of the last text. */
  known = 0
  /** Class scores of the last text. */
  scores: Float64Array = new Float64Array(0)
  private readonly encoder: WordPieceEncoder
  constructor(model: StaticModel) {
    this.model = model
    this.encoder = new WordPieceEncoder(model.tokenizer)
  }

  /** The text's vector: the mean of its known tokens; zeros where there is none. */
  embed(text: string): Float64Array {
    const { width, embeddings, scales, tokenizer, unitLength } = this.model
    const out = new Float64Array(width)
    this.known = 0
    for (const id of this.encoder.encode(text)) {
      if (id === tokenizer.unknownId) continue
      this.known++
      const scale = scales[id] as number
      for (let d = 0; d < width; d++) {
        out[d] = (out[d] as number) + scale * (embeddings[id * width + d] as number)
      }
    }
    const length = unitLength ? Math.hypot(...out) : this.known
    return length > 0 ? out.map((value) => value / length) : out
  }

  /** Index of the best label; `scores` holds all. */
  best(text: string): number {
    this.scores = layerScores(this.model.layers, this.embed(text))
    return bestOf(this.scores)
  }

  /** The best label with the softmax of all scores. */
  classify(text: string): ReturnType<typeof answerOf> {
    this.best(text)
    return answerOf(this.model.labels, this.scores, this.known)
  }
}

/** Opens the bytes of a `rightsize-static@1` file. Throws a plain Error that says what does not fit. */
export function openStatic(bytes: Uint8Array): StaticModel {
  const { metadata, tensors } = readTensors(bytes)
  if (metadata.get('format') !== 'rightsize-static@1')
    throw new Error('not a rightsize-static@1 file')
  const { labels, width, unitLength, tokens, specials, ...wordpiece } = JSON.parse(
    metadata.get('settings') ?? '{}',
  )
  const embeddings = tensors.get('embeddings')?.data
  const scales = tensors.get('scales')?.data
  const fits =
    (embeddings instanceof Int8Array || embeddings instanceof Float32Array) &&
    scales instanceof Float32Array &&
    scales.length === tokens?.length &&
    embeddings.length === tokens.length * width
  if (!fits) throw new Error('tensors do not fit together')
  const vocab = new Map<string, number>(tokens.map((token: string, id: number) => [token, id]))
  const tokenizer = { ...wordpiece, vocab, specials: new Map(specials) }
  const layers = openLayers(tensors, width, labels?.length)
  return { labels, width, unitLength, tokenizer, embeddings, scales, layers }
}
