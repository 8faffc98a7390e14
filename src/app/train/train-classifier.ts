import type { Clock } from '../../contract/clock.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Model } from '../../core/onnx/model.ts'
import type { AdamSpec } from '../../core/train/adam.ts'
import type { Architecture } from '../../core/train/architecture.ts'
import type { LossSpec } from '../../core/train/loss.ts'
import { countParameters, type Parameters } from '../../core/train/parameters.ts'
import type { ScheduleSpec } from '../../core/train/schedule.ts'
import {
  type TokenDropout,
  type TokenExamples,
  targetFeeds,
  tokenFeeds,
  withoutTokens,
} from '../../core/train/token-batch.ts'
import { freshTrainable } from '../../core/train/trainable.ts'
import {
  type Checkpointing,
  type EarlyStopping,
  type TrainEvent,
  type TrainingData,
  type TrainResult,
  trainModel,
} from './train-model.ts'

/** Settings that every classifier over token ids shares; what is left out is chosen for training from scratch. */
export interface ClassifierTraining {
  readonly engine: TensorEngine
  readonly examples: TokenExamples
  /** Examples to judge by instead of a split of `examples`. */
  readonly held?: TokenExamples
  /** Id that fills short rows. */
  readonly padId?: number
  /** Class names; written into the model's metadata in this order. */
  readonly labels?: readonly string[]
  /** Cross-entropy when the examples have labels, soft targets when they have targets, unless said. */
  readonly loss?: LossSpec
  readonly optimiser?: AdamSpec
  readonly schedule?: ScheduleSpec
  readonly epochs?: number
  readonly batch?: number
  readonly dropout?: number
  /** Tokens replaced by `id` (the mask or unknown token) with probability `rate` while learning: the model has to use more than one cue. Special tokens below `from` stay. */
  readonly tokenDropout?: TokenDropout
  readonly seed?: number
  readonly threads?: number
  readonly earlyStopping?: EarlyStopping
  readonly checkpoint?: Checkpointing
  readonly limitCpuS?: number
  readonly fingerprint?: string
  /** Values to begin with instead of random ones. */
  readonly start?: Parameters
  readonly onEvent?: (event: TrainEvent) => void
  readonly signal?: AbortSignal
  readonly cpuS?: () => number
  readonly clock?: Clock
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

/** Token examples as training data. */
export function tokenData(
  examples: TokenExamples,
  maxLength: number,
  padId: number,
  tokenDropout?: TokenDropout,
): TrainingData {
  const { ids, labels } = examples
  return {
    lengths: ids.map((row) => Math.min(row.length, maxLength)),
    ...(labels === undefined ? {} : { labels }),
    feeds: (rows) => ({
      ...tokenFeeds(ids, rows, maxLength, padId),
      ...targetFeeds(examples, rows),
    }),
    ...(tokenDropout === undefined
      ? {}
      : {
          learningFeeds: (rows, source) => ({
            ...tokenFeeds(withoutTokens(ids, rows, tokenDropout, source), rows, maxLength, padId),
            ...targetFeeds(examples, rows),
          }),
        }),
  }
}

/** Throws TOKENIZER_MISMATCH where an id has no embedding, TRAIN_DATA where no text has a token. */
export function refuseIds(ids: readonly (readonly number[])[], vocabulary: number): void {
  for (const [row, tokens] of ids.entries()) {
    const wrong = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary)
    if (wrong !== undefined)
      throw new RightsizeError(
        'TOKENIZER_MISMATCH',
        `token ${wrong} of row ${row} is outside the vocabulary of ${vocabulary}`,
        { at: `row ${row}` },
      )
  }
  if (ids.every((row) => row.length === 0))
    throw new RightsizeError('TRAIN_DATA', 'every text is empty after tokenisation')
}

function refuseLabels(labels: readonly number[], rows: number, classes: number): void {
  if (labels.length !== rows)
    throw new RightsizeError('TRAIN_DATA', `${rows} texts have ${labels.length} labels`)
  const row = labels.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes)
  if (row >= 0)
    throw new RightsizeError(
      'TRAIN_DATA',
      `label ${labels[row]} is not one of ${classes} classes`,
      {
        at: `row ${row}`,
      },
    )
  if (new Set(labels).size < 2)
    throw new RightsizeError(
      'TRAIN_DATA',
      'all rows have the same label: there is nothing to learn',
    )
}

function refuseTargets(targets: readonly Float32Array[], rows: number, classes: number): void {
  const row = targets.findIndex((target) => target.length !== classes)
  if (targets.length !== rows || row >= 0)
    throw new RightsizeError(
      'TRAIN_DATA',
      `soft labels need ${rows} rows of ${classes} values`,
      row >= 0 ? { at: `row ${row}` } : {},
    )
}

/** Throws TOKENIZER_MISMATCH for foreign token ids, TRAIN_DATA for other examples that cannot teach: wrong counts, labels outside the classes, a single class. */
export function refuseExamples(
  { ids, labels, targets }: TokenExamples,
  vocabulary: number,
  classes: number,
): void {
  refuseIds(ids, vocabulary)
  if (labels !== undefined) refuseLabels(labels, ids.length, classes)
  if (targets !== undefined) refuseTargets(targets, ids.length, classes)
  if (labels === undefined && targets === undefined)
    throw new RightsizeError('TRAIN_DATA', 'the examples have neither labels nor soft labels')
}

function lossFor({ targets }: TokenExamples, asked: LossSpec | undefined): LossSpec {
  return asked ?? (targets === undefined ? { kind: 'cross-entropy' } : { kind: 'soft' })
}

/** The part of the training that an encoder and a static model share. */
export interface ClassifierPlan {
  readonly architecture: Architecture
  readonly vocabulary: number
  readonly maxLength: number
  readonly classes: number
  /** Written into the model beside the labels. */
  readonly metadata: Readonly<Record<string, string>>
  readonly defaults: {
    readonly schedule: ScheduleSpec
    readonly optimiser: AdamSpec
    readonly epochs: number
    readonly batch: number
    readonly dropout: number
  }
}

/** Trains a classifier over token ids and closes it into an inference model. */
export async function trainClassifier(
  plan: ClassifierPlan,
  options: ClassifierTraining,
): Promise<TrainedClassifier> {
  const { architecture, vocabulary, maxLength, classes, defaults } = plan
  const {
    examples,
    held,
    labels,
    loss,
    tokenDropout,
    padId = 0,
    seed = 1,
    start,
    ...rest
  } = options
  refuseExamples(examples, vocabulary, classes)
  if (held !== undefined) refuseIds(held.ids, vocabulary)
  const result = await trainModel({
    ...defaults,
    ...rest,
    seed,
    trainable: freshTrainable(architecture, seed, start),
    data: tokenData(examples, maxLength, padId, tokenDropout),
    ...(held === undefined ? {} : { held: tokenData(held, maxLength, padId) }),
    loss: lossFor(examples, loss),
  })
  const metadata = { ...plan.metadata, ...(labels && { labels: JSON.stringify(labels) }) }
  const best = result.history.find(({ epoch }) => epoch === result.bestEpoch)
  return {
    model: architecture.model(result.parameters, metadata),
    parameters: result.parameters,
    metrics: {
      parameterCount: countParameters(architecture.parameters),
      heldAccuracy: best?.heldAccuracy ?? null,
      heldLoss: best?.heldLoss ?? null,
    },
    result,
  }
}
