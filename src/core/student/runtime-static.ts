import { WordPieceEncoder, type WordPieceModel } from '../text/wordpiece.ts'
import { answerOf, bestOf } from './runtime-answer.ts'
import { openStudent } from './runtime-file.ts'
import { type DenseLayer, layerScores, openLayers } from './runtime-head.ts'

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
  private readonly silent: ReadonlySet<number>
  constructor(model: StaticModel) {
    this.model = model
    this.encoder = new WordPieceEncoder(model.tokenizer)
    this.silent = silentTokens(model.tokenizer)
  }

  /** The text's vector: the mean of its known tokens; zeros where there is none. */
  embed(text: string): Float64Array {
    const { width, embeddings, scales, unitLength } = this.model
    const out = new Float64Array(width)
    this.known = 0
    for (const id of this.encoder.encode(text)) {
      if (this.silent.has(id)) continue
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

/** Tokens that say nothing: the unknown one and the special ones. */
export function silentTokens({ unknownId, specials }: WordPieceModel): ReadonlySet<number> {
  return new Set([unknownId, ...specials.values()])
}

/** Opens the bytes of a `rightsize-static@1` file. Throws a plain Error that says what does not fit. */
export function openStatic(bytes: Uint8Array): StaticModel {
  const file = openStudent(bytes, 'rightsize-static@1')
  const { labels, width, unitLength, tokens, specials, ...wordpiece } = file.settings
  const n = tokens.length
  const ids = [wordpiece.unknownId, ...specials.map(([, id]: [string, number]) => id)]
  if (!ids.every((id) => id >= 0 && id < n)) throw new Error('special tokens do not fit')
  const vocab = new Map<string, number>(tokens.map((token: string, id: number) => [token, id]))
  return {
    labels,
    width,
    unitLength,
    tokenizer: { ...wordpiece, vocab, specials: new Map(specials) },
    embeddings: file.get<StaticModel['embeddings']>('embeddings', n * width, ['I8', 'F32']),
    scales: file.get('scales', n),
    layers: openLayers(file, width, labels.length),
  }
}
