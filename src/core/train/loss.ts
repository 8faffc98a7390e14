import { RightsizeError } from '../error/error.ts'
import { type GraphWriter, writerFor } from '../onnx/graph-writer.ts'
import type { Graph, ValueInfo } from '../onnx/model.ts'

/**
 * What is minimised, averaged over the batch and weighted by the input `weights` [batch]
 * (ones by default; a weight of zero takes a padded row out):
 * - `cross-entropy`: hard labels, input `labels` int64 [batch]; `smoothing` spreads that share of the target over all classes.
 * - `soft`: input `targets` float32 [batch, classes], probabilities of a teacher; both sides at `temperature` T, times T^2
 *   (Hinton, Vinyals, Dean, arXiv 1503.02531, section 2.1). The caller softens the teacher's logits; `hard` mixes in
 *   that share of hard-label cross-entropy with input `labels`.
 * - `mse`: input `targets` shaped like the output; mean of squares over the last axis.
 * - `cosine`: input `targets` [batch, width]; 1 - cosine.
 */
export type LossSpec =
  | { readonly kind: 'cross-entropy'; readonly smoothing?: number }
  | { readonly kind: 'soft'; readonly temperature?: number; readonly hard?: number }
  | { readonly kind: 'mse' }
  | { readonly kind: 'cosine' }

/** Names of the inputs that a loss head adds, and of the loss itself. */
export const lossNames = {
  labels: 'labels',
  targets: 'targets',
  weights: 'weights',
  loss: 'loss',
} as const

function logProbabilities(writer: GraphWriter, logits: string, temperature: number): string {
  const scaled =
    temperature === 1 ? logits : writer.emit('Mul', [logits, writer.scalar(1 / temperature)])
  return writer.op('LogSoftmax', [scaled], { axis: -1 })
}

/** -sum over classes of target x log probability, per row. */
function crossEntropyRows(writer: GraphWriter, targets: string, logs: string): string {
  const product = writer.emit('Mul', [targets, logs])
  const sum = writer.op('ReduceSum', [product, writer.ints([-1])], { keepdims: 0 })
  return writer.emit('Neg', [sum])
}

function oneHot(writer: GraphWriter, logits: string, smoothing: number): string {
  const classes = writer.emit('Gather', [writer.emit('Shape', [logits]), writer.ints([-1])])
  const off = writer.op('Cast', [classes], { to: 1 })
  const low = writer.emit('Div', [writer.scalar(smoothing), off])
  const high = writer.emit('Add', [low, writer.scalar(1 - smoothing)])
  const values = writer.op('Concat', [low, high], { axis: 0 })
  return writer.op('OneHot', [lossNames.labels, classes, values], { axis: -1 })
}

function hardRows(writer: GraphWriter, logits: string, smoothing: number): string {
  const logs = logProbabilities(writer, logits, 1)
  return crossEntropyRows(writer, oneHot(writer, logits, smoothing), logs)
}

function softRows(
  writer: GraphWriter,
  logits: string,
  { temperature = 1, hard = 0 }: Extract<LossSpec, { kind: 'soft' }>,
): string {
  const logs = logProbabilities(writer, logits, temperature)
  const rows = crossEntropyRows(writer, lossNames.targets, logs)
  const scale = temperature * temperature * (1 - hard)
  const soft = scale === 1 ? rows : writer.emit('Mul', [rows, writer.scalar(scale)])
  if (hard === 0) return soft
  const share = writer.emit('Mul', [hardRows(writer, logits, 0), writer.scalar(hard)])
  return writer.emit('Add', [soft, share])
}

function squaredRows(writer: GraphWriter, output: string): string {
  const difference = writer.emit('Sub', [output, lossNames.targets])
  const squares = writer.emit('Mul', [difference, difference])
  return writer.op('ReduceMean', [squares, writer.ints([-1])], { keepdims: 0 })
}

function lastAxisSum(writer: GraphWriter, a: string, b: string): string {
  return writer.op('ReduceSum', [writer.emit('Mul', [a, b]), writer.ints([-1])], { keepdims: 0 })
}

/** 1 - a.b / (|a| |b|); 1e-12 under the root keeps the slope finite at zero. */
function cosineRows(writer: GraphWriter, output: string): string {
  const { targets } = lossNames
  const norms = writer.emit('Mul', [
    lastAxisSum(writer, output, output),
    lastAxisSum(writer, targets, targets),
  ])
  const length = writer.emit('Sqrt', [writer.emit('Add', [norms, writer.scalar(1e-12)])])
  const cosine = writer.emit('Div', [lastAxisSum(writer, output, targets), length])
  return writer.emit('Sub', [writer.scalar(1), cosine])
}

function rowsOf(writer: GraphWriter, output: string, spec: LossSpec): string {
  if (spec.kind === 'cross-entropy') return hardRows(writer, output, spec.smoothing ?? 0)
  if (spec.kind === 'soft') return softRows(writer, output, spec)
  return spec.kind === 'mse' ? squaredRows(writer, output) : cosineRows(writer, output)
}

function lossInputs(graph: Graph, output: string, spec: LossSpec): readonly ValueInfo[] {
  const dims = graph.outputs.find(({ name }) => name === output)?.dims ?? null
  const batch = dims?.[0] ?? null
  const labels: ValueInfo = { name: lossNames.labels, dtype: 'int64', dims: [batch] }
  const targets: ValueInfo = { name: lossNames.targets, dtype: 'float32', dims }
  const weights: ValueInfo = { name: lossNames.weights, dtype: 'float32', dims: [batch] }
  if (spec.kind === 'cross-entropy') return [labels, weights]
  if (spec.kind === 'soft' && (spec.hard ?? 0) > 0) return [labels, targets, weights]
  return [targets, weights]
}

function refuse(graph: Graph, output: string, spec: LossSpec): void {
  if (!graph.outputs.some(({ name }) => name === output))
    throw new RightsizeError('TRAIN_PARAMETER', `there is no output "${output}" to put a loss on`)
  const share = spec.kind === 'soft' ? (spec.hard ?? 0) : 0
  const smoothing = spec.kind === 'cross-entropy' ? (spec.smoothing ?? 0) : 0
  const temperature = spec.kind === 'soft' ? (spec.temperature ?? 1) : 1
  if (share < 0 || share > 1 || smoothing < 0 || smoothing >= 1 || !(temperature > 0))
    throw new RightsizeError(
      'TRAIN_OPTIONS',
      'a loss needs 0 <= hard <= 1, 0 <= smoothing < 1 and temperature > 0',
    )
}

/**
 * The graph with the loss head on `output` [batch, ...]: the scalar `loss` = sum(weights x row loss) / sum(weights),
 * and the inputs that `LossSpec` names. The outputs it had stay.
 */
export function withLoss(graph: Graph, output: string, spec: LossSpec): Graph {
  refuse(graph, output, spec)
  const inputs = lossInputs(graph, output, spec)
  const writer = writerFor(graph, 'loss/')
  const rows = rowsOf(writer, output, spec)
  const weighted = writer.emit('Mul', [rows, lossNames.weights])
  const whole = { attributes: { keepdims: 0 } }
  const total = writer.emit('ReduceSum', [weighted], whole)
  const weight = writer.emit('ReduceSum', [lossNames.weights], whole)
  writer.emit('Div', [total, weight], { outputs: [lossNames.loss] })
  return writer.extending(graph, {
    inputs: [...graph.inputs, ...inputs],
    outputs: [...graph.outputs, { name: lossNames.loss, dtype: 'float32', dims: [] }],
  })
}
