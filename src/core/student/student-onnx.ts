import { RightsizeError } from '../error/error.ts'
import {
  float32Tensor,
  graph,
  int64Tensor,
  intAttribute,
  model,
  node,
  tensor,
  valueInfo,
} from '../onnx/build.ts'
import type { Model, Node, Tensor } from '../onnx/model.ts'
import type { DenseLayer, HeadModel } from './runtime-head.ts'
import type { LinearModel } from './runtime-linear.ts'
import { type StaticModel, silentTokens } from './runtime-static.ts'

/** Nodes and tensors of dense layers with max(0, y) between; names carry the prefix. */
function denseNodes(
  layers: readonly DenseLayer[],
  input: string,
  output: string,
  prefix: string,
): { readonly nodes: readonly Node[]; readonly initializers: readonly Tensor[] } {
  const nodes: Node[] = []
  const initializers: Tensor[] = []
  let value = input
  layers.forEach(({ weights, bias }, depth) => {
    const last = depth === layers.length - 1
    const sums = last ? output : `${prefix}layer.${depth}`
    const w = `${prefix}weights.${depth}`
    const b = `${prefix}bias.${depth}`
    initializers.push(
      float32Tensor(w, [weights.length / bias.length, bias.length], weights),
      float32Tensor(b, [bias.length], bias),
    )
    nodes.push(node('Gemm', [value, w, b], [sums], { name: `${prefix}gemm.${depth}` }))
    value = sums
    if (last) return
    nodes.push(
      node('Relu', [value], [`${prefix}relu.${depth}`], { name: `${prefix}relu.${depth}` }),
    )
    value = `${prefix}relu.${depth}`
  })
  return { nodes, initializers }
}

/** Scores as `logits`, and the softmax of them as `probabilities`. */
function scoreOutputs(labels: readonly string[]) {
  return {
    node: node('Softmax', ['logits'], ['probabilities'], {
      attributes: [intAttribute('axis', -1)],
    }),
    infos: ['logits', 'probabilities'].map((name) =>
      valueInfo(name, 'float32', ['batch', labels.length]),
    ),
  }
}

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
export function linearOnnx(student: LinearModel): Model {
  const { labels, weights, scales, bias } = student
  const dims = [scales.length, labels.length]
  const stored =
    weights instanceof Int8Array
      ? tensor('weights', { dtype: 'int8', dims, data: weights })
      : float32Tensor('weights', dims, weights)
  const scores = scoreOutputs(labels)
  const nodes = [
    node('Gather', ['weights', 'feature_ids'], ['rows']),
    node('Cast', ['rows'], ['float_rows'], { attributes: [intAttribute('to', 1)] }),
    node('Gather', ['scales', 'feature_ids'], ['row_scales']),
    node('Mul', ['feature_values', 'row_scales'], ['scaled']),
    node('Unsqueeze', ['scaled', 'one'], ['as_row']),
    node('MatMul', ['as_row', 'float_rows'], ['sums']),
    node('Squeeze', ['sums', 'one'], ['flat']),
    node('Add', ['flat', 'bias'], ['logits']),
    scores.node,
  ]
  const initializers = [
    stored,
    float32Tensor('scales', [scales.length], scales),
    float32Tensor('bias', [labels.length], bias),
    int64Tensor('one', [1], [1]),
  ]
  const inputs = [
    valueInfo('feature_ids', 'int64', ['batch', 'features']),
    valueInfo('feature_values', 'float32', ['batch', 'features']),
  ]
  const built = graph({ name: 'linear', nodes, initializers, inputs, outputs: scores.infos })
  return model(built, { metadata: metadataOf('linear', labels) })
}

/**
 * The static student as ONNX, in the layout of a transformer: `input_ids` and `attention_mask` int64
 * [batch, sequence] to `logits` and `probabilities` float32 [batch, labels]. Special and unknown tokens are in the
 * graph as tokens that do not count, so a tokenizer that adds [CLS] and [SEP] changes nothing.
 */
export function staticOnnx(student: StaticModel): Model {
  const { labels, width, embeddings, scales, tokenizer, layers } = student
  const silent = silentTokens(tokenizer)
  const counts = Float32Array.from(scales, (_, id) => (silent.has(id) ? 0 : 1))
  const vectors = Float32Array.from(embeddings, (value, at) => {
    const id = Math.floor(at / width)
    return value * (scales[id] as number) * (counts[id] as number)
  })
  const head = denseNodes(layers, 'pooled', 'logits', 'head.')
  const scores = scoreOutputs(labels)
  const nodes = [
    node('Cast', ['attention_mask'], ['mask'], { attributes: [intAttribute('to', 1)] }),
    node('Gather', ['counts', 'input_ids'], ['counted']),
    node('Mul', ['mask', 'counted'], ['weights']),
    node('Gather', ['embeddings', 'input_ids'], ['vectors']),
    node('Unsqueeze', ['weights', 'one'], ['as_row']),
    node('MatMul', ['as_row', 'vectors'], ['sums']),
    node('Squeeze', ['sums', 'one'], ['sum']),
    ...poolingNodes(student.unitLength),
    ...head.nodes,
    scores.node,
  ]
  const initializers = [
    float32Tensor('embeddings', [scales.length, width], vectors),
    float32Tensor('counts', [scales.length], counts),
    float32Tensor('least', [], [student.unitLength ? 1e-12 : 1]),
    int64Tensor('one', [1], [1]),
    ...head.initializers,
  ]
  const inputs = ['input_ids', 'attention_mask'].map((name) =>
    valueInfo(name, 'int64', ['batch', 'sequence']),
  )
  const built = graph({ name: 'static', nodes, initializers, inputs, outputs: scores.infos })
  return model(built, { metadata: metadataOf('static', labels) })
}

/** `sum` by the number of counted tokens, or by its own length; an empty text stays zero. */
function poolingNodes(unitLength: boolean): Node[] {
  const length = unitLength
    ? node('ReduceL2', ['sum', 'one'], ['length'])
    : node('ReduceSum', ['weights', 'one'], ['length'], {
        attributes: [intAttribute('keepdims', 1)],
      })
  return [
    length,
    node('Max', ['length', 'least'], ['divisor']),
    node('Div', ['sum', 'divisor'], ['pooled']),
  ]
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
  const unit = normalise || pool
  const pooled = pool
    ? sumNodes(encoder, embedding)
    : { nodes: [], initializers: [], output: embedding }
  const input = unit ? `${PREFIX}unit` : embedding
  const layers = denseNodes(head.layers, input, 'logits', PREFIX)
  const scores = scoreOutputs(head.labels)
  return {
    ...encoder,
    metadata: { ...encoder.metadata, ...metadataOf('head', head.labels) },
    graph: {
      ...encoder.graph,
      nodes: [
        ...encoder.graph.nodes,
        ...pooled.nodes,
        ...(unit ? [unitNode(pooled.output, input)] : []),
        ...layers.nodes,
        scores.node,
      ],
      initializers: [...encoder.graph.initializers, ...pooled.initializers, ...layers.initializers],
      outputs: scores.infos,
    },
  }
}

export interface AppendOptions {
  readonly normalise?: boolean
  readonly pool?: boolean
}

const PREFIX = 'rightsize.head.'

/** The sum of the token vectors that count: to length 1 it is the same as their mean. No operator here changed between opsets. */
function sumNodes({ graph: { inputs } }: Model, embedding: string) {
  if (!inputs.some(({ name }) => name === 'attention_mask'))
    throw new RightsizeError(
      'STUDENT_INPUT',
      `"${embedding}" has a vector for each token, and the encoder has no attention_mask`,
    )
  const [mask, row, sum, output, asRow, asVector] = [
    ...['mask', 'row', 'sum', 'pooled', 'as_row', 'as_vector'].map((name) => `${PREFIX}${name}`),
  ] as [string, string, string, string, string, string]
  const nodes = [
    node('Cast', ['attention_mask'], [mask], {
      name: mask,
      attributes: [intAttribute('to', 1)],
    }),
    node('Reshape', [mask, asRow], [row], { name: row }),
    node('MatMul', [row, embedding], [sum], { name: sum }),
    node('Reshape', [sum, asVector], [output], { name: output }),
  ]
  const initializers = [int64Tensor(asRow, [3], [0, 1, -1]), int64Tensor(asVector, [2], [0, -1])]
  return { nodes, initializers, output }
}

/** To length 1 along the last axis. */
const unitNode = (input: string, output: string): Node =>
  node('LpNormalization', [input], [output], {
    name: `${PREFIX}unit`,
    attributes: [intAttribute('axis', -1), intAttribute('p', 2)],
  })

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
  const clash = ['logits', 'probabilities', `${PREFIX}weights.0`].find((name) => taken.has(name))
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
