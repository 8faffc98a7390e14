import { RightsizeError } from '../error/error.ts'
import { seededRandom } from '../random/random.ts'
import { openWordPiece } from '../text/open-wordpiece.ts'
import { countRows, type DenseRows } from './dense-rows.ts'
import { type BagTask, EmbeddingBag, type TokenRows } from './embedding-bag.ts'
import type { LabelledText, TrainProgress } from './example.ts'
import { cooled } from './head-perceptron.ts'
import { indexLabels, targetsOf } from './label-set.ts'
import { quantiseRows } from './linear.ts'
import { stratifiedSplit } from './row-split.ts'
import { type StaticModel, silentTokens } from './runtime-static.ts'
import {
  accuracyOf,
  fitTemperature,
  type JudgedScores,
  logLossOf,
  macroF1Of,
} from './temperature.ts'

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
  readonly metric?: 'accuracy' | 'macroF1'
  readonly holdOut?: number
  readonly precision?: 'int8' | 'float32'
}

export interface StaticTrial {
  readonly epochs: number
  readonly accuracy: number
  readonly macroF1: number
  readonly logLoss: number
}

export interface StaticReport {
  readonly rows: number
  readonly classes: number
  readonly vocabulary: number
  readonly width: number
  readonly seed: number
  readonly emptyTexts: number
  readonly chosen: StaticTrial
  readonly trials: readonly StaticTrial[]
  readonly heldOut: number
  readonly temperature: number
  readonly trainLoss: number
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
  const choice = yield* choosePasses(task, options, seed)
  const { bag, trainLoss } = yield* fitBag(task, choice, options.epochs ?? 40, seed)
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
  const counts = { rows: rows.length, classes: labels.length, vocabulary: vocabSize, width, seed }
  const emptyTexts = rows.filter((row) => row.text.trim() === '').length
  return { model, report: { ...counts, emptyTexts, ...choice, trainLoss } }
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

interface Choice {
  readonly chosen: StaticTrial
  readonly trials: readonly StaticTrial[]
  readonly heldOut: number
  readonly temperature: number
}

function* choosePasses(
  task: Omit<BagTask, 'random'>,
  options: StaticOptions,
  seed: number,
): Generator<TrainProgress, Choice> {
  const { epochs = 40, patience = 6, metric = 'accuracy', holdOut = 0.2 } = options
  const split = stratifiedSplit(task.indices, Math.min(holdOut, 5000 / task.indices.length), seed)
  const source = seededRandom(seed)
  const bag = new EmbeddingBag({ ...task, random: source.next })
  const trials: StaticTrial[] = []
  let best: { trial: StaticTrial; judged: JudgedScores } | undefined
  for (let pass = 1; pass <= epochs; pass++) {
    const loss = bag.epoch(split.learn)
    const judged = bag.judge(split.judge)
    const trial = trialOf(judged, pass)
    trials.push(trial)
    if (best === undefined || ahead(trial, best.trial, metric)) best = { trial, judged }
    yield { phase: 'select', step: pass, steps: 2 * epochs, loss, accuracy: trial.accuracy }
    if (pass - best.trial.epochs >= patience) break
  }
  if (best === undefined) throw new RightsizeError('STUDENT_INPUT', 'there are no passes to make')
  const heldOut = split.judge.length
  return { chosen: best.trial, trials, heldOut, temperature: fitTemperature(best.judged) }
}

function trialOf(judged: JudgedScores, epochs: number): StaticTrial {
  const accuracy = accuracyOf(judged)
  return { epochs, accuracy, macroF1: macroF1Of(judged), logLoss: logLossOf(judged) }
}

function ahead(a: StaticTrial, b: StaticTrial, metric: 'accuracy' | 'macroF1'): boolean {
  return a[metric] > b[metric] || (a[metric] === b[metric] && a.logLoss < b.logLoss)
}

function* fitBag(
  task: Omit<BagTask, 'random'>,
  { chosen }: Choice,
  epochs: number,
  seed: number,
): Generator<TrainProgress, { bag: EmbeddingBag; trainLoss: number }> {
  const source = seededRandom(seed)
  const bag = new EmbeddingBag({ ...task, random: source.next })
  const all = Int32Array.from(task.indices, (_, row) => row)
  let trainLoss = 0
  for (let pass = 1; pass <= chosen.epochs; pass++) {
    trainLoss = bag.epoch(all)
    const step = 2 * epochs - chosen.epochs + pass
    yield { phase: 'fit', step, steps: 2 * epochs, loss: trainLoss }
  }
  return { bag, trainLoss }
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
