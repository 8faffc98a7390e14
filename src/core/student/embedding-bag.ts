import { softmaxInPlace } from './cross-entropy.ts'
import type { Learner } from './epoch-choice.ts'
import type { JudgedScores } from './judged-scores.ts'
import { visitShuffled } from './row-split.ts'
import type { DenseLayer } from './runtime-head.ts'

/** Token ids of each text: text i holds ids[offsets[i]] to ids[offsets[i + 1]]. */
export interface TokenRows {
  readonly offsets: Int32Array
  readonly ids: Int32Array
}

export interface BagTask {
  readonly tokens: TokenRows
  readonly vocabulary: number
  readonly width: number
  readonly classes: number
  /** rows x classes, each row summing to 1. */
  readonly targets: Float32Array
  readonly indices: Int32Array
  readonly rowWeights: Float32Array
  readonly random: () => number
  /** vocabulary x width to start from; small random numbers unless said. */
  readonly start?: Float32Array
  /** Whether token vectors learn too; true unless said. */
  readonly learnVectors?: boolean
}

/** Step sizes of AdaGrad (Duchi, Hazan and Singer, JMLR 12, 2011); set once and judged on splits of train. */
const RATE = { vectors: 0.3, head: 0.1 }
/** Share of tokens left out of a text while it teaches (Iyyer et al., ACL 2015: word dropout). */
const DROPOUT = 0.25
const BATCH = 8
/** Pulls head weights to zero, per batch. */
const DECAY = 2e-5

/**
 * The mean of token vectors and a softmax layer, trained together by sparse AdaGrad: one running square per token,
 * one per head weight. Plain loops on typed arrays; one thread.
 */
export class EmbeddingBag implements Learner {
  readonly vectors: Float32Array
  readonly head: DenseLayer
  private readonly task: BagTask
  private readonly vectorSquares: Float32Array
  private readonly headSquares: DenseLayer
  private readonly headGradient: DenseLayer
  private readonly mean: Float64Array
  private readonly scores: Float64Array
  private readonly kept: Int32Array
  constructor(task: BagTask) {
    const { vocabulary, width, classes, tokens } = task
    this.task = task
    this.vectors = task.start
      ? Float32Array.from(task.start)
      : smallNumbers(vocabulary * width, task.random)
    this.vectorSquares = new Float32Array(vocabulary)
    this.head = emptyLayer(width, classes)
    this.headSquares = emptyLayer(width, classes)
    this.headGradient = emptyLayer(width, classes)
    this.mean = new Float64Array(width)
    this.scores = new Float64Array(classes)
    this.kept = new Int32Array(longest(tokens))
  }

  epoch(rows: Int32Array): number {
    return visitShuffled(rows, this.task.random, (row, left) => {
      const loss = this.learn(row)
      if (left % BATCH === 0) this.updateHead()
      return loss
    })
  }

  judge(rows: Int32Array): JudgedScores {
    const { classes, indices } = this.task
    const scores = new Float32Array(rows.length * classes)
    rows.forEach((row, i) => {
      this.forward(this.keep(row, 0))
      scores.set(this.scores, i * classes)
    })
    return { scores, classes, truth: rows.map((row) => indices[row] as number) }
  }

  /** Tokens of the row into `kept`, each left out with the given chance. */
  private keep(row: number, dropout: number): number {
    const { offsets, ids } = this.task.tokens
    let count = 0
    const end = offsets[row + 1] as number
    for (let j = offsets[row] as number; j < end; j++) {
      if (dropout === 0 || this.task.random() >= dropout) this.kept[count++] = ids[j] as number
    }
    return count
  }

  private forward(count: number): void {
    const { mean, scores, kept, vectors, head } = this
    const width = mean.length
    mean.fill(0)
    for (let j = 0; j < count; j++) {
      const base = (kept[j] as number) * width
      for (let d = 0; d < width; d++) mean[d] = (mean[d] as number) + (vectors[base + d] as number)
    }
    scores.set(head.bias)
    for (let d = 0; d < width; d++) {
      const v = (mean[d] as number) / Math.max(1, count)
      mean[d] = v
      const base = d * scores.length
      for (let k = 0; k < scores.length; k++) {
        scores[k] = (scores[k] as number) + v * (head.weights[base + k] as number)
      }
    }
  }

  private learn(row: number): number {
    const { scores, task } = this
    const count = this.keep(row, DROPOUT)
    this.forward(count)
    const weight = task.rowWeights[row] as number
    const base = row * scores.length
    const loss = softmaxInPlace(scores, task.targets, base)
    for (let k = 0; k < scores.length; k++)
      scores[k] = weight * ((scores[k] as number) - (task.targets[base + k] as number))
    this.backward(count)
    return loss * weight
  }

  private backward(count: number): void {
    const { mean, scores, head, headGradient } = this
    let squares = 0
    for (let d = 0; d < mean.length; d++) {
      const base = d * scores.length
      const v = mean[d] as number
      let slope = 0
      for (let k = 0; k < scores.length; k++) {
        const g = scores[k] as number
        slope += g * (head.weights[base + k] as number)
        headGradient.weights[base + k] = (headGradient.weights[base + k] as number) + g * v
      }
      mean[d] = slope
      squares += slope * slope
    }
    for (let k = 0; k < scores.length; k++) {
      headGradient.bias[k] = (headGradient.bias[k] as number) + (scores[k] as number)
    }
    if (this.task.learnVectors !== false) this.updateVectors(count, squares)
  }

  /** AdaGrad with one running mean square per token: its dimensions share a step size. */
  private updateVectors(count: number, squares: number): void {
    const { mean, kept, vectors, vectorSquares } = this
    const width = mean.length
    for (let j = 0; j < count; j++) {
      const token = kept[j] as number
      const total = (vectorSquares[token] as number) + squares / width
      vectorSquares[token] = total
      const step = RATE.vectors / (Math.sqrt(total) + 1e-8)
      const base = token * width
      for (let d = 0; d < width; d++) {
        vectors[base + d] = (vectors[base + d] as number) - step * (mean[d] as number)
      }
    }
  }

  private updateHead(): void {
    const { head, headGradient, headSquares } = this
    adagrad(head.weights, headGradient.weights, headSquares.weights, DECAY)
    adagrad(head.bias, headGradient.bias, headSquares.bias, 0)
  }
}

function adagrad(
  values: Float32Array,
  gradient: Float32Array,
  squares: Float32Array,
  decay: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const g = (gradient[i] as number) / BATCH
    gradient[i] = 0
    const total = (squares[i] as number) + g * g
    squares[i] = total
    const step = (RATE.head * g) / (Math.sqrt(total) + 1e-8)
    values[i] = (values[i] as number) * (1 - decay) - step
  }
}

function emptyLayer(inputs: number, outputs: number): DenseLayer {
  return { weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) }
}

function smallNumbers(length: number, random: () => number): Float32Array {
  const out = new Float32Array(length)
  for (let i = 0; i < length; i++) out[i] = random() - 0.5
  return out
}

function longest({ offsets }: TokenRows): number {
  let most = 0
  for (let i = 1; i < offsets.length; i++) {
    most = Math.max(most, (offsets[i] as number) - (offsets[i - 1] as number))
  }
  return most
}
