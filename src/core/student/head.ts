import { RightsizeError } from '../error/error.ts'
import { seededRandom } from '../random/random.ts'
import { asSparse, columnScale, countRows, type DenseRows, standardised } from './dense-rows.ts'
import type { LabelledRow, TrainProgress } from './example.ts'
import {
  cooled,
  fitPerceptron,
  foldScale,
  type HeadFit,
  type PerceptronTask,
} from './head-perceptron.ts'
import type { Metric } from './judged-scores.ts'
import { indexLabels, targetsOf } from './label-set.ts'
import { foldSplits, type RowSplit, stratifiedSplit } from './row-split.ts'
import type { HeadModel } from './runtime-head.ts'
import { fitSoftmax, weightsToTry } from './softmax-path.ts'

export interface HeadOptions {
  /** Order of the labels; sorted labels of the rows unless said. Needed with `soft` rows. */
  readonly labels?: readonly string[]
  readonly seed?: number
  /** Units of a hidden layer; 0, a linear head, unless said. */
  readonly hidden?: number
  /** Inverse strengths of L2 to try, rising; `[0.3, 1, 3, 10, 30, 100]` unless said. */
  readonly costs?: readonly number[]
  /** Passes at each strength, at most; 8 for a linear head, 60 for a hidden layer, unless said. */
  readonly epochs?: number
  readonly classWeights?: 'none' | 'balanced' | 'auto'
  readonly metric?: Metric
  /** Folds of the cross-validation that chooses; 5 below 2,000 rows and one split above, unless said. */
  readonly folds?: number
}

export interface HeadReport extends Omit<HeadFit, 'layers'> {
  readonly hidden: number
}

export interface HeadResult {
  readonly model: HeadModel
  readonly report: HeadReport
}

/**
 * A linear or one-hidden-layer classifier on embeddings (rows x width, row i for rows[i]), standardised by
 * column; the standardisation is folded into the first layer. The strength of L2, or the number of passes of a
 * hidden layer, is chosen by cross-validation where rows are few. Yields after every pass. Same input and seed,
 * same model. Throws STUDENT_INPUT, STUDENT_NO_ROWS, STUDENT_ONE_CLASS.
 */
export function* headTraining(
  embeddings: DenseRows,
  rows: readonly LabelledRow[],
  options: HeadOptions = {},
): Generator<TrainProgress, HeadResult> {
  const { labels, indices } = indexLabels(rows, options.labels)
  requireSameCount(countRows(embeddings), rows.length)
  const { seed = 1, hidden = 0 } = options
  const source = seededRandom(seed)
  const task: HeadTask = {
    indices,
    targets: targetsOf(rows, indices, labels.length),
    classes: labels.length,
    rowWeights: Float32Array.from(rows, (row) => row.weight ?? 1),
    splits: splitsFor(indices, options.folds, seed),
    metric: options.metric ?? 'accuracy',
    random: source.next,
  }
  const scale = columnScale(embeddings)
  const inputs = standardised(embeddings, scale)
  const fit = yield* hidden > 0
    ? fitPerceptron({ ...task, inputs, hidden, epochs: options.epochs ?? 60 })
    : fitLinear(task, inputs, options)
  const { layers, ...choice } = fit
  const model = {
    labels,
    width: embeddings.width,
    layers: cooled(foldScale(layers, scale), fit.temperature),
  }
  return { model, report: { hidden, ...choice } }
}

type HeadTask = Omit<PerceptronTask, 'inputs' | 'hidden' | 'epochs'>

/** Columns are divided by sqrt(width): rows of length about 1, so that strengths mean the same at any width. */
function* fitLinear(
  task: HeadTask,
  inputs: DenseRows,
  options: HeadOptions,
): Generator<TrainProgress, HeadFit> {
  const factor = 1 / Math.sqrt(inputs.width)
  const data = inputs.data.map((value) => value * factor)
  const fit = yield* fitSoftmax({
    ...task,
    matrix: asSparse({ data, width: inputs.width }),
    costs: options.costs ?? [0.3, 1, 3, 10, 30, 100],
    epochs: options.epochs ?? 8,
    classWeights: weightsToTry(task.indices, task.classes, options.classWeights ?? 'auto'),
  })
  const layer = { weights: fit.weights.map((w) => w * factor), bias: fit.bias }
  return { ...fit, layers: [layer] }
}

function requireSameCount(embeddings: number, rows: number): void {
  if (embeddings === rows) return
  const what = `there are ${embeddings} embeddings for ${rows} rows`
  throw new RightsizeError('STUDENT_INPUT', what)
}

/** Five folds where rows are few; else one split of a fifth, at most about 5,000 rows. */
function splitsFor(indices: Int32Array, folds: number | undefined, seed: number): RowSplit[] {
  const k = folds ?? (indices.length < 2000 ? 5 : 1)
  if (k > 1) return foldSplits(indices, k, seed)
  return [stratifiedSplit(indices, Math.min(0.2, 5000 / indices.length), seed)]
}
