import { RightsizeError } from '../error/error.ts'
import { float32Tensor, graph, model, tensor, valueInfo } from '../onnx/build.ts'
import { type GraphWriter, graphWriter, writerFor } from '../onnx/graph-writer.ts'
import type { Model, ValueInfo } from '../onnx/model.ts'
import type { DenseLayer, HeadModel } from './runtime-head.ts'
import type { LinearModel } from './runtime-linear.ts'
import { type StaticModel, silentTokens } from './runtime-static.ts'

/** Dense layers with max(0, y) between; the last one's sums are `logits`, their softmax `probabilities`. */
function emitLayers(writer: GraphWriter, layers: readonly DenseLayer[], input: string): void {
  const output = layers.reduce((value, { weights, bias }, depth) => {
    const dims = [weights.length / bias.length, bias.length]
    const w = writer.add(float32Tensor(writer.fresh(`weights.${depth}`), dims, weights))
    const b = writer.add(float32Tensor(writer.fresh(`bias.${depth}`), [bias.length], bias))
    if (depth === layers.length - 1)
      return writer.emit('Gemm', [value, w, b], { outputs: ['logits'] })
    return writer.emit('Relu', [writer.emit('Gemm', [value, w, b])])
  }, input)
  writer.emit('Softmax', [output], { outputs: ['probabilities'], attributes: { axis: -1 } })
}

const scoreOutputs = (labels: readonly string[]): readonly ValueInfo[] =>
  ['logits', 'probabilities'].map((name) => valueInfo(name, 'float32', ['batch', labels.length]))

/** Labels as JSON, for whoever finds the file without its config. */
const metadataOf = (kind: string, labels: readonly string[]): Readonly<Record<string, string>> => ({
  'rightsize.student': kind,
  'rightsize.labels': JSON.stringify(labels),
})

/**
 * The linear student as ONNX. Inputs: `feature_ids` int64 [batch, features] and `feature_values` float32 of the same
 * shape, as `linearInputs` gives them; a row with fewer features is filled up with id 0 and value 0. Outputs:
 * `logits` and `probabilities` float32 [batch, labels]. Text to features is not in the graph: no standard ONNX
 * operator hashes n-grams.
 */
export function linearOnnx({ labels, weights, scales, bias }: LinearModel): Model {
  const dims = [scales.length, labels.length]
  const writer = graphWriter(['feature_ids', 'feature_values'])
  const dtype = weights instanceof Int8Array ? 'int8' : 'float32'
  const table = writer.add(tensor('weights', { dtype, dims, data: weights }))
  const sizes = writer.add(float32Tensor('scales', [scales.length], scales))
  const rows = writer.emit('Gather', [table, 'feature_ids'])
  const floats = writer.op('Cast', [rows], { to: 1 })
  const scaled = writer.emit('Mul', [
    'feature_values',
    writer.emit('Gather', [sizes, 'feature_ids']),
  ])
  const shift = writer.add(float32Tensor('bias', [labels.length], bias))
  writer.emit('Add', [weightedSum(writer, scaled, floats), shift], { outputs: ['logits'] })
  writer.emit('Softmax', ['logits'], { outputs: ['probabilities'], attributes: { axis: -1 } })
  const inputs = [
    valueInfo('feature_ids', 'int64', ['batch', 'features']),
    valueInfo('feature_values', 'float32', ['batch', 'features']),
  ]
  return student('linear', labels, writer, inputs)
}

/** [batch, n] times [batch, n, width], summed over n. */
function weightedSum(writer: GraphWriter, weights: string, rows: string): string {
  const one = writer.ints([1])
  const product = writer.emit('MatMul', [writer.emit('Unsqueeze', [weights, one]), rows])
  return writer.emit('Squeeze', [product, one])
}

function student(
  kind: string,
  labels: readonly string[],
  { nodes, initializers }: GraphWriter,
  inputs: readonly ValueInfo[],
): Model {
  const built = graph({ name: kind, nodes, initializers, inputs, outputs: scoreOutputs(labels) })
  return model(built, { metadata: metadataOf(kind, labels) })
}

/**
 * The static student as ONNX, in the layout of a transformer: `input_ids` and `attention_mask` int64
 * [batch, sequence] to `logits` and `probabilities` float32 [batch, labels]. Special and unknown tokens are in the
 * graph as tokens that do not count, so a tokenizer that adds [CLS] and [SEP] changes nothing.
 */
export function staticOnnx(bag: StaticModel): Model {
  const { labels, width, embeddings, scales, tokenizer, layers, unitLength } = bag
  const silent = silentTokens(tokenizer)
  const counted = Float32Array.from(scales, (_, id) => (silent.has(id) ? 0 : 1))
  const vectors = Float32Array.from(embeddings, (value, at) => {
    const id = Math.floor(at / width)
    return value * (scales[id] as number) * (counted[id] as number)
  })
  const names = ['input_ids', 'attention_mask']
  const writer = graphWriter(names)
  const table = writer.add(float32Tensor('embeddings', [scales.length, width], vectors))
  const counts = writer.add(float32Tensor('counts', [scales.length], counted))
  const mask = writer.op('Cast', ['attention_mask'], { to: 1 })
  const weights = writer.emit('Mul', [mask, writer.emit('Gather', [counts, 'input_ids'])])
  const sum = weightedSum(writer, weights, writer.emit('Gather', [table, 'input_ids']))
  // By the number of counted tokens, or by its own length; an empty text stays zero.
  const length = unitLength
    ? writer.emit('ReduceL2', [sum, writer.ints([1])])
    : writer.op('ReduceSum', [weights, writer.ints([1])], { keepdims: 1 })
  const divisor = writer.emit('Max', [length, writer.scalar(unitLength ? 1e-12 : 1)])
  emitLayers(writer, layers, writer.emit('Div', [sum, divisor]))
  const inputs = names.map((name) => valueInfo(name, 'int64', ['batch', 'sequence']))
  return student('static', labels, writer, inputs)
}

/**
 * An encoder with the head behind it: the encoder's graph, then the head on its output `embedding` (float32
 * [batch, width]); outputs `logits` and `probabilities` in place of the encoder's own. `normalise` scales the
 * embedding to length 1 first, where the head was taught on such. `pool` is for an embedding of each token
 * [batch, sequence, width]: their mean where `attention_mask` is 1, to length 1, as the onnx runtime pools.
 * Throws STUDENT_INPUT where the names do not fit.
 */
export function appendHead(
  encoder: Model,
  embedding: string,
  head: HeadModel,
  { normalise = false, pool = false }: AppendOptions = {},
): Model {
  requireNames(encoder, embedding)
  requireWidth(encoder, embedding, head.width)
  const writer = writerFor(encoder.graph, 'rightsize.head.')
  const vector = pool ? emitSum(writer, encoder, embedding) : embedding
  const unit = { axis: -1, p: 2 }
  const input = normalise || pool ? writer.op('LpNormalization', [vector], unit) : vector
  emitLayers(writer, head.layers, input)
  return {
    ...encoder,
    metadata: { ...encoder.metadata, ...metadataOf('head', head.labels) },
    graph: writer.extending(encoder.graph, { outputs: scoreOutputs(head.labels) }),
  }
}

export interface AppendOptions {
  readonly normalise?: boolean
  readonly pool?: boolean
}

/** The sum of the token vectors that count: to length 1 it is the same as their mean. No operator here changed between opsets. */
function emitSum(writer: GraphWriter, { graph: { inputs } }: Model, embedding: string): string {
  if (!inputs.some(({ name }) => name === 'attention_mask'))
    throw new RightsizeError(
      'STUDENT_INPUT',
      `"${embedding}" has a vector for each token, and the encoder has no attention_mask`,
    )
  const mask = writer.op('Cast', ['attention_mask'], { to: 1 })
  const row = writer.emit('Reshape', [mask, writer.ints([0, 1, -1])])
  const sum = writer.emit('MatMul', [row, embedding])
  return writer.emit('Reshape', [sum, writer.ints([0, -1])])
}

function requireNames(
  { graph: { nodes, inputs, initializers, outputs } }: Model,
  embedding: string,
): void {
  const computed = new Set(nodes.flatMap((each) => each.outputs))
  if (!computed.has(embedding)) {
    const names = outputs.map(({ name }) => `"${name}"`).join(', ')
    const what = `the encoder computes no "${embedding}"; its outputs are ${names}`
    throw new RightsizeError('STUDENT_INPUT', what)
  }
  const taken = new Set([...computed, ...[...inputs, ...initializers].map(({ name }) => name)])
  const clash = ['logits', 'probabilities'].find((name) => taken.has(name))
  if (clash === undefined) return
  throw new RightsizeError('STUDENT_INPUT', `the encoder already has a value named "${clash}"`)
}

/** Where the encoder states the width of its output, it must be the head's. */
function requireWidth(encoder: Model, embedding: string, width: number): void {
  const stated = encoder.graph.outputs.find(({ name }) => name === embedding)?.dims?.at(-1)
  if (typeof stated !== 'number' || stated === width) return
  const what = `"${embedding}" has ${stated} numbers, the head reads ${width}`
  throw new RightsizeError('STUDENT_INPUT', what)
}
