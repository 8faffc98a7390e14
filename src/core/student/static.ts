import { RightsizeError } from '../error/error.ts'
import { seededRandom } from '../random/random.ts'
import { openWordPiece } from '../text/open-wordpiece.ts'
import { countRows, type DenseRows } from './dense-rows.ts'
import { type BagTask, EmbeddingBag, type TokenRows } from './embedding-bag.ts'
import { chooseEpochs, type EpochChoice } from './epoch-choice.ts'
import type { LabelledText, TrainProgress } from './example.ts'
import { cooled } from './head-perceptron.ts'
import type { Metric } from './judged-scores.ts'
import { indexLabels, targetsOf } from './label-set.ts'
import { quantiseRows } from './linear.ts'
import { stratifiedSplit } from './row-split.ts'
import { type StaticModel, silentTokens } from './runtime-static.ts'

export interface StaticOptions {
  /** A parsed tokenizer.json of BERT's WordPiece kind, such as `trainWordPiece` gives. */
  readonly tokenizer: unknown
  /** Order of the labels; sorted labels of the rows unless said. Needed with `soft` rows. */
  readonly labels?: readonly string[]
  readonly seed?: number
  /** Length of a token vector; 64 unless said. Taken from `vectors` where given. */
  readonly width?: number
  /**
   * Token vectors to start from, one row per id of the tokenizer: `staticVectors` of an embedding teacher. Where they learn
   * too, they are first scaled to the size at which learning starts from nothing.
   */
  readonly vectors?: DenseRows
  /** Whether token vectors learn too; true unless said. */
  readonly learnVectors?: boolean
  /** Passes at most; 40 unless said. Stops early when the held-out rows gain nothing for `patience` passes. */
  readonly epochs?: number
  readonly patience?: number
  readonly metric?: Metric
  readonly holdOut?: number
  readonly precision?: 'int8' | 'float32'
}

export interface StaticReport extends Omit<EpochChoice<unknown>, 'learner'> {
  readonly vocabulary: number
  readonly width: number
}

export interface StaticResult {
  readonly model: StaticModel
  readonly report: StaticReport
}

/**
 * The mean of token vectors and a softmax layer. The number of passes is chosen on one stratified split, with early
 * stopping; the final model repeats so many passes over all rows. Tokens that no training row holds get the zero
 * vector unless a teacher gave one. Yields after every pass. Same rows, options and seed, same model.
 */
export function* staticTraining(
  rows: readonly LabelledText[],
  options: StaticOptions,
): Generator<TrainProgress, StaticResult> {
  const { labels, indices } = indexLabels(rows, options.labels)
  const { model: tokenizer, pieces, vocabSize } = openWordPiece(options.tokenizer)
  const seed = options.seed ?? 1
  const width = options.vectors?.width ?? options.width ?? 64
  requireVectors(options.vectors, vocabSize)
  const silent = silentTokens(tokenizer)
  const tokens = tokenRows(rows, (text) => pieces(text).filter((id) => !silent.has(id)))
  const task: Omit<BagTask, 'random'> = {
    tokens,
    vocabulary: vocabSize,
    width,
    classes: labels.length,
    targets: targetsOf(rows, indices, labels.length),
    indices,
    rowWeights: Float32Array.from(rows, (row) => row.weight ?? 1),
    learnVectors: options.learnVectors ?? true,
    ...startOf(options, tokens),
  }
  const { epochs = 40, patience = 6, metric = 'accuracy', holdOut = 0.2 } = options
  const splits = [stratifiedSplit(indices, Math.min(holdOut, 5000 / rows.length), seed)]
  const { learner: bag, ...choice } = yield* chooseEpochs(
    () => new EmbeddingBag({ ...task, random: seededRandom(seed).next }),
    { rows: rows.length, splits, epochs, patience, metric },
  )
  const vectors = options.vectors ? bag.vectors : onlySeen(bag.vectors, tokens, width)
  const stored =
    options.precision === 'float32'
      ? { weights: vectors, scales: new Float32Array(vocabSize).fill(1) }
      : quantiseRows(vectors, width)
  const model: StaticModel = {
    labels,
    width,
    tokenizer,
    embeddings: stored.weights,
    scales: stored.scales,
    unitLength: false,
    layers: cooled([bag.head], choice.temperature),
  }
  return { model, report: { vocabulary: vocabSize, width, ...choice } }
}

/** Root mean square of U(-0.5, 0.5), what vectors start with that no teacher gave. */
const startSize = Math.sqrt(1 / 12)

/**
 * The teacher's vectors, brought to the size that the step sizes are made for: SIF leaves them a hundred times smaller, and the
 * first step would wipe them out (banking77: accuracy .882 without, .890 with).
 */
function startOf(
  { vectors, learnVectors = true }: StaticOptions,
  { ids }: TokenRows,
): { readonly start?: Float32Array } {
  if (vectors === undefined) return {}
  const { data, width } = vectors
  if (!learnVectors) return { start: data }
  let squares = 0
  for (const id of ids)
    for (let d = 0; d < width; d++) squares += (data[id * width + d] as number) ** 2
  const size = Math.sqrt(squares / (ids.length * width))
  return { start: size > 0 ? data.map((value) => (value * startSize) / size) : data }
}

function requireVectors(vectors: DenseRows | undefined, vocabSize: number): void {
  if (vectors === undefined || countRows(vectors) === vocabSize) return
  const what = `there are ${countRows(vectors)} token vectors for ${vocabSize} tokens`
  throw new RightsizeError('STUDENT_INPUT', what)
}

function tokenRows(
  rows: readonly LabelledText[],
  read: (text: string) => readonly number[],
): TokenRows {
  const offsets = new Int32Array(rows.length + 1)
  const ids: number[] = []
  rows.forEach((row, i) => {
    for (const id of read(row.text)) ids.push(id)
    offsets[i + 1] = ids.length
  })
  return { offsets, ids: Int32Array.from(ids) }
}

function onlySeen(vectors: Float32Array, { ids }: TokenRows, width: number): Float32Array {
  const seen = new Set(ids)
  return vectors.map((value, at) => (seen.has(Math.floor(at / width)) ? value : 0))
}
