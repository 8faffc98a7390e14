import type { TensorEngine } from '../../contract/tensors.ts'
import type { Artefact } from '../../core/compress/pass.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Graph, Model, ValueInfo } from '../../core/onnx/model.ts'
import { rawInputs } from '../../core/onnx/raw-feeds.ts'
import { seededRandom } from '../../core/random/random.ts'
import type { FineTuning } from '../../core/result/compression.ts'
import { learnable } from '../../core/train/classifier-on.ts'
import { softened } from '../../core/train/soft-targets.ts'
import { targetFeeds } from '../../core/train/token-batch.ts'
import { trainableGraph, trainedGraph } from '../../core/train/trainable.ts'
import { trainModel } from '../train/train-model.ts'
import type { TrainModelOptions } from '../train/train-options.ts'
import { outputOf } from './answers.ts'
import type { InputsOf } from './inputs.ts'

/** Rows with the original's logits for them, [rows x classes]. */
export interface TrainingData {
  readonly size: number
  /** The first rows, which are rows of the corpus as they are; the others are changed copies of them. */
  readonly own: number
  readonly inputs: InputsOf
  readonly logits: Float32Array
  readonly classes: number
}

export interface FineTuneOptions {
  readonly engine: TensorEngine
  readonly signal?: AbortSignal | undefined
  /** Whether the time of the search is over: training stops at the next step. */
  readonly expired?: (() => boolean) | undefined
}

/** The rows of all steps: the training shuffled, again and again until there are enough. */
function drawn(size: number, wanted: number, seed: number): readonly number[] {
  const out: number[] = []
  for (let round = 0; out.length < wanted; round += 1) {
    const source = seededRandom(seed, 0x4e, round)
    const order = Array.from({ length: size }, (_, at) => at)
    for (let at = size - 1; at > 0; at -= 1) {
      const other = source.bits() % (at + 1)
      const [a = 0, b = 0] = [order[at], order[other]]
      order[at] = b
      order[other] = a
    }
    out.push(...order)
  }
  return out.slice(0, wanted)
}

/** The rows of all steps, in the order of the steps, with the original's softened answers as targets. */
function drawnRows(
  artefact: Artefact,
  { size, logits, classes, inputs: inputsOf }: TrainingData,
  { steps, batch, temperature, seed }: FineTuning,
): TrainModelOptions['data'] {
  const inputs = inputsOf(artefact)
  const rows = drawn(size, steps * batch, seed)
  const row = (at: number) => rows[at] ?? 0
  const targetOf = (at: number) =>
    softened(logits.subarray(row(at) * classes, (row(at) + 1) * classes), temperature)
  return {
    lengths: rows.map((at) => inputs.lengths[at] ?? 0),
    feeds: (lines) => ({
      ...inputs.feeds(artefact.model.graph, lines.map(row)),
      ...targetFeeds(
        { targets: lines.map(targetOf) },
        lines.map((_, line) => line),
      ),
    }),
  }
}

/**
 * The model after some steps of training on the original's softened answers (arXiv 1503.02531). One thread and a seed: the same inputs give the
 * same bytes. Throws SHRINK_TIME where the search's time ends meanwhile, and TRAIN_NO_GRADIENT for models with an operator that has no gradient, quantised ones for example.
 */
export async function fineTune(
  artefact: Artefact,
  training: TrainingData,
  fineTuning: FineTuning,
  { engine, signal, expired }: FineTuneOptions,
): Promise<Model> {
  const { model } = artefact
  const { batch, rate, temperature, seed } = fineTuning
  const output = outputOf(model)
  const opset = model.opsets['']
  const free = withFreeBatch(model.graph)
  const trainable = trainableGraph(free, learnable(model.graph), output, opset)
  const result = await trainModel({
    engine,
    trainable,
    data: drawnRows(artefact, training, fineTuning),
    loss: { kind: 'soft', temperature },
    optimiser: { decay: 0.01, clipNorm: 1 },
    schedule: { peak: rate, warmup: 0.05, shape: 'cosine' },
    epochs: 1,
    batch,
    seed,
    threads: 1,
    onEvent: ({ kind }) => {
      if (kind === 'step') requireTime(expired)
    },
    ...(signal ? { signal } : {}),
  })
  signal?.throwIfAborted()
  const graph = trainedGraph(trainable, result.parameters)
  return {
    ...model,
    opsets: { ...model.opsets, '': trainable.opset },
    graph: free === model.graph ? graph : withShapes(graph, model.graph),
  }
}

/** Throws SHRINK_TIME where the time is over. */
export function requireTime(expired: (() => boolean) | undefined): void {
  if (expired?.() === true)
    throw new RightsizeError('SHRINK_TIME', 'the time of the search ended during the training')
}

/** A graph that takes one item a run is trained on many at once: its shapes are stated again afterwards. */
function withFreeBatch(graph: Graph): Graph {
  if (rawInputs(graph)[0]?.dims[0] !== 1) return graph
  const free = (value: ValueInfo): ValueInfo =>
    value.dims?.[0] === 1 ? { ...value, dims: ['batch', ...value.dims.slice(1)] } : value
  return {
    ...graph,
    inputs: graph.inputs.map(free),
    outputs: graph.outputs.map(free),
    valueInfo: [],
  }
}

const withShapes = (graph: Graph, original: Graph): Graph => ({
  ...graph,
  inputs: sameShapes(graph.inputs, original.inputs),
  outputs: sameShapes(graph.outputs, original.outputs),
  valueInfo: original.valueInfo,
})

const sameShapes = (
  values: readonly ValueInfo[],
  original: readonly ValueInfo[],
): readonly ValueInfo[] =>
  values.map((value) => original.find(({ name }) => name === value.name) ?? value)

/** A rate that this width bears: 0.2 / width, what trained the example family from nothing at widths 48 to 256. */
export function fineTuningRate({ graph }: Model): number {
  const widths = graph.initializers.flatMap(({ name, dims, dtype }) =>
    dtype === 'float32' && dims.length === 1 && /norm/i.test(name) ? [dims[0] ?? 0] : [],
  )
  const width = widths[0] ?? 128
  return Math.min(2e-3, Math.max(5e-5, 0.2 / width))
}
