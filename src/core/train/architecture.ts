import { model } from '../onnx/build.ts'
import { type GraphWriter, graphWriter } from '../onnx/graph-writer.ts'
import type { Graph, Model, ValueInfo } from '../onnx/model.ts'
import {
  glorot,
  type Initial,
  type ParameterSpec,
  type Parameters,
  parameterTensors,
} from './parameters.ts'

/** A graph of an architecture in two forms: `train` has dropout inputs and fused products, `infer` is plain opset 18. Parameters are inputs in both. */
export interface Architecture {
  readonly parameters: readonly ParameterSpec[]
  readonly output: string
  graph(form: 'train' | 'infer'): Graph
  /** Names of the dropout mask inputs of the `train` form, with the width of their last axis: [batch, sequence, width] or, when `pooled`, [batch, width]. */
  readonly masks: readonly MaskInput[]
  /** The model people run: parameters inside, lean, ai.onnx 18 alone. */
  model(parameters: Parameters, metadata?: Readonly<Record<string, string>>): Model
}

export interface MaskInput {
  readonly name: string
  readonly width: number
  readonly pooled: boolean
}

/** The one place where a parameter's name, dims and start are said. */
export class ParameterList {
  readonly specs: ParameterSpec[] = []
  add(name: string, dims: readonly number[], initial: Initial): string {
    this.specs.push({ name, dims, initial })
    return name
  }
  weight(name: string, rows: number, columns: number): string {
    return this.add(name, [rows, columns], glorot(rows, columns))
  }
  vector(name: string, size: number, value: 'zeros' | 'ones'): string {
    return this.add(name, [size], { kind: value })
  }
}

/** What the emitting functions share: where nodes go, which form, and the masks met so far. */
export interface Draft {
  readonly writer: GraphWriter
  readonly parameters: ParameterList
  readonly training: boolean
  readonly masks: MaskInput[]
  readonly values: ValueInfo[]
}

const tokenDims = ['batch', 'sequence'] as const

/** `value` times a mask input in the training form; nothing in the inference form. */
export function dropout(draft: Draft, value: string, width: number, pooled = false): string {
  const name = `dropout:${draft.masks.length}`
  draft.masks.push({ name, width, pooled })
  return draft.training ? draft.writer.emit('Mul', [value, name]) : value
}

/** x W + b over the last axis. */
export function dense(
  draft: Draft,
  value: string,
  name: string,
  rows: number,
  columns: number,
): string {
  const weight = draft.parameters.weight(`${name}.weight`, rows, columns)
  const bias = draft.parameters.vector(`${name}.bias`, columns, 'zeros')
  const product = draft.writer.emit('MatMul', [value, weight], { name: `/${name}/MatMul` })
  return draft.writer.emit('Add', [product, bias], { name: `/${name}/Add` })
}

/** x/2 (1 + erf(x/sqrt 2)); one fused node where only onnxruntime will see it. */
export function gelu({ writer, training }: Draft, x: string): string {
  if (training) return writer.emit('Gelu', [x], { domain: 'com.microsoft' })
  const erf = writer.emit('Erf', [writer.emit('Div', [x, writer.scalar(Math.SQRT2)])])
  const sum = writer.emit('Add', [erf, writer.scalar(1)])
  return writer.emit('Mul', [writer.emit('Mul', [x, sum]), writer.scalar(0.5)])
}

/** The mean over real tokens, [batch, width]; a row without any gives zeros. */
export function meanPool(writer: GraphWriter, value: string, mask: string): string {
  const column = writer.emit('Unsqueeze', [mask, writer.ints([2])])
  const kept = writer.emit('Mul', [value, column])
  const over = { attributes: { keepdims: 0 } }
  const sum = writer.emit('ReduceSum', [kept, writer.ints([1])], over)
  const count = writer.op('ReduceSum', [mask, writer.ints([1])], { keepdims: 1 })
  return writer.emit('Div', [sum, writer.emit('Max', [count, writer.scalar(1)])])
}

/** The last linear layer, [batch, width] to the output `logits` [batch, classes]. */
export function classifier(draft: Draft, value: string, width: number, classes: number): void {
  const weight = draft.parameters.weight('classifier.weight', width, classes)
  const bias = draft.parameters.vector('classifier.bias', classes, 'zeros')
  draft.writer.emit('Gemm', [value, weight, bias], {
    outputs: ['logits'],
    name: '/classifier/Gemm',
  })
}

/** The inputs that every text classifier has: ids and mask, int64 [batch, sequence]. */
export const tokenInputs: readonly ValueInfo[] = [
  { name: 'input_ids', dtype: 'int64', dims: tokenDims },
  { name: 'attention_mask', dtype: 'int64', dims: tokenDims },
]

function maskInfo({ name, width, pooled }: MaskInput): ValueInfo {
  return { name, dtype: 'float32', dims: pooled ? ['batch', width] : ['batch', 'sequence', width] }
}

/** Runs `emit` for one form and closes the graph. */
function drawn(
  emit: (draft: Draft) => void,
  classes: number,
  training: boolean,
): { readonly graph: Graph; readonly draft: Draft } {
  const writer = graphWriter(['input_ids', 'attention_mask', 'logits'])
  const draft: Draft = { writer, parameters: new ParameterList(), training, masks: [], values: [] }
  emit(draft)
  const parameters = draft.parameters.specs.map(
    ({ name, dims }): ValueInfo => ({ name, dtype: 'float32', dims }),
  )
  const masks = training ? draft.masks.map(maskInfo) : []
  return {
    draft,
    graph: {
      name: 'classifier',
      nodes: writer.nodes,
      initializers: writer.initializers,
      inputs: [...tokenInputs, ...parameters, ...masks],
      outputs: [{ name: 'logits', dtype: 'float32', dims: ['batch', classes] }],
      valueInfo: draft.values,
    },
  }
}

/** An architecture from a function that emits it. */
export function architectureOf(emit: (draft: Draft) => void, classes: number): Architecture {
  const infer = drawn(emit, classes, false)
  const specs = infer.draft.parameters.specs
  const names = new Set(specs.map(({ name }) => name))
  return {
    parameters: specs,
    output: 'logits',
    masks: infer.draft.masks,
    graph: (form) => (form === 'infer' ? infer.graph : drawn(emit, classes, true).graph),
    model(parameters, metadata = {}) {
      const tensors = parameterTensors(specs, parameters)
      const graph: Graph = {
        ...infer.graph,
        inputs: infer.graph.inputs.filter(({ name }) => !names.has(name)),
        initializers: [...tensors, ...infer.graph.initializers],
        valueInfo: [],
      }
      return model(graph, { metadata })
    },
  }
}
