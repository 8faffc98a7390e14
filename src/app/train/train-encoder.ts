import type { Model } from '../../core/onnx/model.ts'
import { type EncoderShape, encoderArchitecture } from '../../core/train/build-encoder.ts'
import type { LossSpec } from '../../core/train/loss.ts'
import { countParameters, type Parameters } from '../../core/train/parameters.ts'
import type { TokenDropout, TokenExamples } from '../../core/train/token-batch.ts'
import { freshTrainable, type Trainable } from '../../core/train/trainable.ts'
import { refuseExamples, refuseIds, tokenData } from './token-data.ts'
import { trainModel } from './train-model.ts'
import type { TrainModelOptions, TrainResult } from './train-options.ts'

type Settings = Omit<TrainModelOptions, 'engine' | 'trainable' | 'data' | 'held'>

/** Settings of the training are chosen for training from scratch unless given. */
export interface EncoderTraining extends Partial<Settings> {
  readonly engine: TrainModelOptions['engine']
  readonly shape: EncoderShape
  readonly examples: TokenExamples
  /** Examples to judge by instead of a split of `examples`. */
  readonly held?: TokenExamples
  /** Id that fills short rows; 0 unless said. */
  readonly padId?: number
  /** Class names; written into the model's metadata in this order. */
  readonly labels?: readonly string[]
  /** Tokens replaced by `id` (the mask or unknown token) with probability `rate` while learning: the model has to use more than one cue. Special tokens below `from` stay. */
  readonly tokenDropout?: TokenDropout
  /** Values to begin with instead of random ones. */
  readonly start?: Parameters
}

export interface TrainedClassifier {
  /** Inference model: ai.onnx 18 alone, inputs `input_ids` and `attention_mask`, output `logits`. */
  readonly model: Model
  readonly parameters: Parameters
  readonly metrics: {
    /** Trained values. */
    readonly parameterCount: number
    readonly heldAccuracy: number | null
    readonly heldLoss: number | null
  }
  readonly result: TrainResult
}

const defaults = {
  schedule: { peak: 1e-3, warmup: 0.1, shape: 'cosine' },
  optimiser: { decay: 0.01, clipNorm: 1 },
  epochs: 10,
  batch: 32,
  dropout: 0.1,
} as const

/**
 * Trains a transformer encoder classifier from scratch (or from `start`) on tokenised examples with labels or soft labels: cross-entropy
 * against labels, or soft targets where there are any, unless a loss is given. Deterministic for seed and threads.
 * Throws TRAIN_DATA for examples that cannot teach, TRAIN_OPTIONS for sizes, TRAIN_NAN when the loss breaks.
 */
export async function trainEncoder(options: EncoderTraining): Promise<TrainedClassifier> {
  const {
    shape,
    examples,
    held,
    labels,
    tokenDropout,
    padId = 0,
    seed = 1,
    start,
    ...rest
  } = options
  const { vocabulary, maxLength, classes } = shape
  const architecture = encoderArchitecture(shape)
  refuseExamples(examples, vocabulary, classes)
  if (held !== undefined) refuseIds(held.ids, vocabulary)
  const trainable = freshTrainable(architecture, seed, start)
  const loss: LossSpec = { kind: examples.targets === undefined ? 'cross-entropy' : 'soft' }
  const result = await trainModel({
    ...{ ...defaults, loss, ...rest, seed, trainable },
    data: tokenData(examples, maxLength, padId, tokenDropout),
    ...(held && { held: tokenData(held, maxLength, padId) }),
  })
  const metadata = {
    format: 'rightsize-encoder@1',
    shape: JSON.stringify(shape),
    ...(labels && { labels: JSON.stringify(labels) }),
  }
  const model = architecture.model(result.parameters, metadata)
  const metrics = trainedMetrics(trainable, result)
  return { model, parameters: result.parameters, metrics, result }
}

/** What the values that are kept reached. */
export function trainedMetrics(
  { specs }: Trainable,
  { history, bestEpoch }: TrainResult,
): TrainedClassifier['metrics'] {
  const best = history.find(({ epoch }) => epoch === bestEpoch)
  return {
    parameterCount: countParameters(specs),
    heldAccuracy: best?.heldAccuracy ?? null,
    heldLoss: best?.heldLoss ?? null,
  }
}
