import { RightsizeError } from '../error/error.ts'
import { intOf } from '../onnx/attributes.ts'
import { float32Tensor } from '../onnx/build.ts'
import { removeDead } from '../onnx/graph-edit.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import { writerFor } from '../onnx/graph-writer.ts'
import type { Graph, Model, Node, ValueInfo } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { meanPool } from './architecture.ts'

/** A linear layer: y = x W + b, W [width, classes] row-major. */
export interface LinearHead {
  readonly weights: Float32Array
  readonly bias: Float32Array
}

/** An encoder whose only output is one vector per text. */
export interface TextEncoder {
  readonly model: Model
  readonly vector: string
  /** The classification layer that stood on the vector, where there was one. */
  readonly head: LinearHead | null
}

/** The one output to build on, as the onnx runtime prefers them. */
const preferred = ['logits', 'sentence_embedding', 'last_hidden_state', 'token_embeddings']

function refuse(what: string): never {
  throw new RightsizeError('TRAIN_DATA', what, {
    next: 'Give a text encoder with one vector per text or per token, or a text classifier, as `rightsize import` leaves it.',
  })
}

/**
 * The part of a text model that makes one vector per text: behind `logits` what its last linear layer reads, else `sentence_embedding`, or the mean
 * over tokens where the output has one vector per token. Throws TRAIN_DATA for models of another form.
 */
export function textEncoder(model: Model): TextEncoder {
  const { graph } = model
  const names = graph.outputs.map(({ name }) => name)
  const name = preferred.find((one) => names.includes(one)) ?? names[0] ?? ''
  const output = graph.outputs.find((one) => one.name === name)
  if (!graph.inputs.some((input) => input.name === 'input_ids'))
    refuse('the model does not take input_ids')
  if (name === 'logits') return behindClassifier(model, name)
  const rank = output?.dims?.length
  if (rank === 2) return { model: ending(model, graph, name), vector: name, head: null }
  if (rank !== 3) refuse(`the output '${name}' has ${rank ?? 'an unknown number of'} axes`)
  const { graph: pooled, vector } = withMean(graph, name)
  return { model: ending(model, pooled, vector), vector, head: null }
}

/** The model with this value as its only output, without what it does not need. */
function ending(model: Model, graph: Graph, name: string): Model {
  const outputs: readonly ValueInfo[] = [{ name, dtype: 'float32', dims: null }]
  return { ...model, graph: removeDead({ ...graph, outputs, valueInfo: [] }).graph }
}

function withMean(graph: Graph, states: string) {
  const writer = writerFor(graph, 'head/')
  const mask = writer.op('Cast', ['attention_mask'], { to: 1 })
  const vector = meanPool(writer, states, mask)
  return { vector, graph: writer.extending(graph) }
}

function behindClassifier(model: Model, output: string): TextEncoder {
  const index = indexGraph(model.graph)
  let node = index.producer(output)
  let bias: Float32Array | null = null
  if (node?.opType === 'Add') {
    const constant = node.inputs.map((input) => index.initializer(input)).find((one) => one)
    if (constant?.dtype === 'float32' && constant.dims.length === 1) bias = float32Of(constant)
    const before: string = node.inputs.find((input) => input !== constant?.name) ?? ''
    node = index.producer(before)
  }
  const weight = index.initializer(node?.inputs[1] ?? '')
  const dense = node?.opType === 'Gemm' || node?.opType === 'MatMul'
  if (!dense || node === undefined || weight?.dtype !== 'float32' || weight.dims.length !== 2)
    refuse(`what gives '${output}' is not a linear layer with float32 weights`)
  const vector = node.inputs[0] ?? ''
  const own = index.initializer(node.inputs[2] ?? '')
  const shift = bias ?? (own?.dtype === 'float32' ? float32Of(own) : null)
  const head = shift === null ? null : linearHead(node, float32Of(weight), weight.dims, shift)
  return { model: ending(model, model.graph, vector), vector, head }
}

function linearHead(
  node: Node,
  values: Float32Array,
  [rows = 0, columns = 0]: readonly number[],
  bias: Float32Array,
): LinearHead {
  if (intOf(node, 'transB', 0) !== 1) return { weights: values.slice(), bias: bias.slice() }
  const weights = new Float32Array(values.length)
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      weights[column * rows + row] = values[row * columns + column] ?? 0
  return { weights, bias: bias.slice() }
}

/** The encoder with a linear layer on its vector: output `logits` [batch, classes]. */
export function classifierOn(
  { model, vector }: TextEncoder,
  { weights, bias }: LinearHead,
): { readonly model: Model; readonly parameters: readonly string[] } {
  const { graph } = model
  const writer = writerFor(graph)
  const width = weights.length / bias.length
  const w = writer.add(float32Tensor(writer.fresh('head.weight'), [width, bias.length], weights))
  const b = writer.add(float32Tensor(writer.fresh('head.bias'), [bias.length], bias))
  writer.emit('Gemm', [vector, w, b], { outputs: ['logits'], name: '/head/Gemm' })
  const outputs: readonly ValueInfo[] = [
    { name: 'logits', dtype: 'float32', dims: ['batch', bias.length] },
  ]
  return { parameters: [w, b], model: { ...model, graph: writer.extending(graph, { outputs }) } }
}

/** Operators whose float32 constants of more than one value are parameters: matrices, tables, scales and biases. */
const teaches: ReadonlySet<string> = new Set([
  ...['MatMul', 'Gemm', 'Gather', 'Add', 'Mul', 'LayerNormalization', 'Transpose'],
])

/** Initializers with something to learn. */
export function learnable(graph: Graph): readonly string[] {
  const index = indexGraph(graph)
  return graph.initializers.flatMap(({ name, dtype, byteLength }) => {
    const users = index.consumers(name)
    const learns = users.length > 0 && users.every(({ opType }) => teaches.has(opType))
    return dtype === 'float32' && byteLength > 4 && learns ? [name] : []
  })
}
