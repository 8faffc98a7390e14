import type { TensorEngine } from '../../contract/tensors.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Graph, Model } from '../../core/onnx/model.ts'
import { heldOut } from '../../core/train/batches.ts'
import {
  classifierOn,
  type LinearHead,
  learnable,
  type TextEncoder,
} from '../../core/train/classifier-on.ts'
import { countParameters, parameterTensors } from '../../core/train/parameters.ts'
import { type TokenExamples, targetFeeds, tokenFeeds } from '../../core/train/token-batch.ts'
import { trainableGraph } from '../../core/train/trainable.ts'
import { openEvaluation, type SessionOptions } from './step-session.ts'
import type { TrainedClassifier } from './train-classifier.ts'
import { type TrainEvent, type TrainingData, trainModel } from './train-model.ts'

/** Texts as token ids, and how a graph takes them. */
export interface TokenInputs {
  readonly ids: readonly (readonly number[])[]
  readonly maxLength: number
  readonly padId: number
}

/** Feeds of a text graph for some rows; long rows keep their last token, which closes the text. */
export function encoderFeeds(graph: Graph, inputs: TokenInputs, rows: readonly number[]): Feeds {
  const { maxLength, padId } = inputs
  const ids = rows.map((row) => cut(inputs.ids[row] ?? [], maxLength))
  const feeds = tokenFeeds(
    ids,
    rows.map((_, line) => line),
    maxLength,
    padId,
  )
  const { dims } = feeds.input_ids
  const size = (dims[0] ?? 0) * (dims[1] ?? 0)
  const all: Feeds = {
    ...feeds,
    token_type_ids: { dtype: 'int64', dims, data: new BigInt64Array(size) },
  }
  const asked = new Set(graph.inputs.map(({ name }) => name))
  return Object.fromEntries(Object.entries(all).filter(([name]) => asked.has(name)))
}

function cut(ids: readonly number[], maxLength: number): readonly number[] {
  if (ids.length <= maxLength) return ids
  return [...ids.slice(0, maxLength - 1), ids.at(-1) ?? 0]
}

/** One row of values per text. */
export interface Rows {
  readonly width: number
  readonly data: Float32Array
}

/** The output of a graph of one vector per text for all rows. Throws TENSOR_ENGINE_FAILED where the graph cannot be run. */
export async function encodedRows(
  model: Model,
  inputs: TokenInputs,
  engine: TensorEngine,
  { batch = 32, onRows = (_: number) => undefined, signal }: EncodeOptions = {},
): Promise<Rows> {
  const session = await engine.open(encodeModel(model))
  const parts: Float32Array[] = []
  try {
    for (let from = 0; from < inputs.ids.length; from += batch) {
      signal?.throwIfAborted()
      const count = Math.min(batch, inputs.ids.length - from)
      const rows = Array.from({ length: count }, (_, at) => from + at)
      const [output] = Object.values(await session.run(encoderFeeds(model.graph, inputs, rows)))
      parts.push(floats(output))
      onRows(from + count)
    }
  } finally {
    await session.close()
  }
  const total = parts.reduce((sum, part) => sum + part.length, 0)
  const data = new Float32Array(total)
  let at = 0
  for (const part of parts) {
    data.set(part, at)
    at += part.length
  }
  return { width: total / inputs.ids.length, data }
}

interface EncodeOptions {
  readonly batch?: number
  readonly onRows?: (done: number) => undefined
  readonly signal?: AbortSignal | undefined
}

const floats = (tensor: HostTensor | undefined): Float32Array =>
  tensor?.data instanceof Float32Array ? tensor.data : new Float32Array()

export interface FineTuning {
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
  readonly threads?: number
  readonly onEvent?: (event: TrainEvent) => void
  readonly signal?: AbortSignal
  readonly cpuS?: () => number
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
  const { encoder, head, inputs, examples, labels, engine } = tuning
  const { epochs = 4, batch = 32, peak = 2e-5, seed = 1, threads, onEvent, signal, cpuS } = tuning
  const { model: start } = classifierOn(encoder, head)
  const trainable = trainableGraph(start.graph, learnable(start.graph), 'logits', start.opsets[''])
  const rows = inputs.ids.length
  const share = tuning.held ?? heldShare(rows)
  const data = dataOf(start.graph, inputs, examples)
  const loss = { kind: examples.targets === undefined ? 'cross-entropy' : 'soft' } as const
  const before = { engine, trainable, loss, batch }
  const startLoss = await lossAtStart(before, data, heldOut(rows, share, seed, data.labels).held)
  const result = await trainModel({
    ...{ engine, trainable, data, epochs, batch, seed, loss },
    optimiser: { decay: 0.01, clipNorm: 1 },
    schedule: { peak, warmup: 0.1, shape: 'linear' },
    earlyStopping: { share, patience: epochs },
    ...(threads === undefined ? {} : { threads }),
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(signal === undefined ? {} : { signal }),
    ...(cpuS === undefined ? {} : { cpuS }),
  })
  signal?.throwIfAborted()
  const graph = trainable.graph('infer')
  const names = new Set(trainable.specs.map(({ name }) => name))
  const best = result.history.find(({ epoch }) => epoch === result.bestEpoch)
  return {
    model: {
      ...start,
      opsets: { ...start.opsets, '': trainable.opset },
      metadata: { ...start.metadata, labels: JSON.stringify(labels) },
      graph: {
        ...graph,
        inputs: graph.inputs.filter(({ name }) => !names.has(name)),
        initializers: [
          ...parameterTensors(trainable.specs, result.parameters),
          ...graph.initializers,
        ],
      },
    },
    startLoss,
    parameters: result.parameters,
    metrics: {
      parameterCount: countParameters(trainable.specs),
      heldAccuracy: best?.heldAccuracy ?? null,
      heldLoss: best?.heldLoss ?? null,
    },
    result,
  }
}

/** The loss of the values that training begins with. */
async function lossAtStart(
  options: SessionOptions,
  data: TrainingData,
  rows: readonly number[],
): Promise<number | null> {
  if (rows.length === 0) return null
  const held = await openEvaluation(options, data, rows)
  try {
    return (await held.judge(options.trainable.start)).loss
  } finally {
    await held.close()
  }
}

function dataOf(
  graph: Graph,
  inputs: TokenInputs,
  examples: Omit<TokenExamples, 'ids'>,
): TrainingData {
  const { labels } = examples
  const whole = { ...examples, ids: inputs.ids }
  return {
    lengths: inputs.ids.map((row) => Math.min(row.length, inputs.maxLength)),
    ...(labels === undefined ? {} : { labels }),
    feeds: (rows) => ({ ...encoderFeeds(graph, inputs, rows), ...targetFeeds(whole, rows) }),
  }
}
