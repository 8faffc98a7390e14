import type { TensorEngine } from '../../contract/tensors.ts'
import type { Model } from '../../core/onnx/model.ts'
import { heldOut } from '../../core/train/batches.ts'
import {
  classifierOn,
  type LinearHead,
  learnable,
  type TextEncoder,
} from '../../core/train/classifier-on.ts'
import { type TokenExamples, targetFeeds } from '../../core/train/token-batch.ts'
import { trainableGraph, trainedGraph } from '../../core/train/trainable.ts'
import { encoderFeeds, type TokenInputs } from './encoded-rows.ts'
import { openEvaluation, type SessionOptions } from './step-session.ts'
import { type TrainedClassifier, trainedMetrics } from './train-encoder.ts'
import { trainModel } from './train-model.ts'
import type { TrainingData, TrainModelOptions } from './train-options.ts'

type Shared = Pick<TrainModelOptions, 'threads' | 'onEvent' | 'signal' | 'cpuS'>

export interface FineTuning extends Shared {
  readonly engine: TensorEngine
  readonly encoder: TextEncoder
  /** Where training begins: fitted on the encoder's own vectors, so that its first steps do not tear the encoder apart (arXiv 2202.10054). */
  readonly head: LinearHead
  readonly inputs: TokenInputs
  readonly examples: Omit<TokenExamples, 'ids'>
  readonly labels: readonly string[]
  /** 4 passes over batches of 32 at a peak rate of 2e-5 unless said (arXiv 1810.04805, A.3). */
  readonly epochs?: number
  readonly batch?: number
  readonly peak?: number
  /** Share of the rows that choose the best pass; `heldShare` unless said. */
  readonly held?: number
  readonly seed?: number
}

/** From so many rows on a tenth of them can tell passes apart; with fewer every row is needed to learn from. */
const enoughToHold = 200

/** Share of the rows that are held out to choose the best pass. */
export const heldShare = (rows: number): number => (rows >= enoughToHold ? 0.1 : 0)

export interface FineTuned extends TrainedClassifier {
  /** Loss on the held-out rows before the first step; null where none are held out. */
  readonly startLoss: number | null
}

/**
 * The encoder with its classification layer, all parameters trained on through our gradients. Without dropout. Deterministic for seed and
 * threads. Throws TRAIN_NO_GRADIENT for graphs with operators that have no rule, TRAIN_OPSET, TRAIN_NAN.
 */
export async function fineTune(tuning: FineTuning): Promise<FineTuned> {
  const { encoder, head, inputs, examples, labels, held, peak = 2e-5, ...rest } = tuning
  const { model: start } = classifierOn(encoder, head)
  const trainable = trainableGraph(start.graph, learnable(start.graph), 'logits', start.opsets[''])
  const rows = inputs.ids.length
  const share = held ?? heldShare(rows)
  const data = dataOf(start, inputs, examples)
  const kind = examples.targets === undefined ? 'cross-entropy' : 'soft'
  const options = {
    batch: 32,
    epochs: 4,
    seed: 1,
    ...rest,
    trainable,
    data,
    loss: { kind },
  } as const
  const judging = heldOut(rows, share, options.seed, data.labels).held
  const startLoss = await lossAtStart(options, data, judging)
  const result = await trainModel({
    ...options,
    optimiser: { decay: 0.01, clipNorm: 1 },
    schedule: { peak, warmup: 0.1, shape: 'linear' },
    earlyStopping: { share, patience: options.epochs },
  })
  rest.signal?.throwIfAborted()
  const model: Model = {
    ...start,
    opsets: { ...start.opsets, '': trainable.opset },
    metadata: { ...start.metadata, labels: JSON.stringify(labels) },
    graph: trainedGraph(trainable, result.parameters),
  }
  const { parameters } = result
  return { model, startLoss, parameters, metrics: trainedMetrics(trainable, result), result }
}

/** The loss of the values that training begins with. */
async function lossAtStart(
  { engine, trainable, loss, batch }: SessionOptions,
  data: TrainingData,
  rows: readonly number[],
): Promise<number | null> {
  if (rows.length === 0) return null
  const held = await openEvaluation({ engine, trainable, loss, batch }, data, rows)
  try {
    return (await held.judge(trainable.start)).loss
  } finally {
    await held.close()
  }
}

function dataOf(
  { graph }: Model,
  inputs: TokenInputs,
  examples: Omit<TokenExamples, 'ids'>,
): TrainingData {
  const { labels } = examples
  return {
    lengths: inputs.ids.map((row) => Math.min(row.length, inputs.maxLength)),
    ...(labels && { labels }),
    feeds: (rows) => ({ ...encoderFeeds(graph, inputs, rows), ...targetFeeds(examples, rows) }),
  }
}
