import { RightsizeError } from '../../../core/error/error.ts'
import type { HostTensor } from '../../../core/onnx/host-tensor.ts'
import type { Output } from '../../../core/spec/answer.ts'

/** What is needed to read the outputs of a batch. */
export interface ReadRequest {
  readonly outputs: Readonly<Record<string, HostTensor>>
  readonly labels: readonly string[]
  /** Ids per item that are not padding; one per item of the batch. */
  readonly lengths: readonly number[]
  /** softmax over classes, or each class by itself (problem_type multi_label_classification). */
  readonly multiLabel: boolean
  readonly pooling: 'mean' | 'cls'
}

/** What the outputs of the batch say, one per item; token classes are left as class numbers for `spans.ts`. */
export type Reading =
  | { readonly kind: 'output'; readonly output: Output }
  | { readonly kind: 'token-classes'; readonly classes: readonly number[] }

/** Names under which exporters put what an application wants, best first (source: optimum, sentence-transformers). */
const preferred = ['logits', 'sentence_embedding', 'last_hidden_state', 'token_embeddings']

/** Chooses the output that answers the question, where the model has several. */
export function chooseOutput(names: readonly string[]): string {
  return preferred.find((name) => names.includes(name)) ?? names[0] ?? ''
}

/**
 * Reads one batch. `[batch, classes]` with labels is a class; `[batch, width]` without is a vector;
 * `[batch, length, classes]` with as many labels is one class per token; `[batch, length, width]` is pooled.
 */
export function readBatch(request: ReadRequest): readonly Reading[] {
  const name = chooseOutput(Object.keys(request.outputs))
  const tensor = request.outputs[name]
  if (!tensor) throw new RightsizeError('MODEL_CANNOT_LOAD', 'the graph gave no output')
  const width = tensor.dims.at(-1) ?? 1
  checkLabels(name, width, tensor.dims.length, request.labels)
  const isClasses = request.labels.length === width
  return request.lengths.map((length, item) => {
    if (tensor.dims.length === 3) {
      const size = (tensor.dims[1] ?? 0) * width
      const rows = floats(tensor, item * size, size)
      return isClasses
        ? { kind: 'token-classes', classes: tokenClasses(rows, width, length) }
        : vector(pool(rows, { width, length, how: request.pooling }))
    }
    const row = floats(tensor, item * width, width)
    return isClasses ? classOf(row, request) : vector(row)
  })
}

/** All outputs of a batch as they are, cut into one set of tensors per item along the first axis. */
export function splitTensors(
  outputs: Readonly<Record<string, HostTensor>>,
  items: number,
): readonly Output[] {
  return Array.from({ length: items }, (_, item) => ({
    kind: 'tensors' as const,
    tensors: Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, rowOf(tensor, item, items)]),
    ),
  }))
}

function rowOf(tensor: HostTensor, item: number, items: number): HostTensor {
  if (tensor.dims[0] !== items) return tensor
  const size = tensor.data.length / items
  const data = tensor.data.slice(item * size, (item + 1) * size) as HostTensor['data']
  return { dtype: tensor.dtype, dims: tensor.dims.slice(1), data }
}

function checkLabels(name: string, width: number, rank: number, labels: readonly string[]): void {
  if (name !== 'logits' || labels.length === 0 || labels.length === width) return
  throw new RightsizeError(
    'MODEL_LABELS',
    `the model has ${width} classes and ${labels.length} label names (rank ${rank})`,
  )
}

function floats(tensor: HostTensor, from: number, count: number): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data.subarray(from, from + count)
  return Float32Array.from({ length: count }, (_, i) => Number(tensor.data[from + i]))
}

const vector = (row: Float32Array): Reading => ({
  kind: 'output',
  output: { kind: 'vector', vector: Array.from(row) },
})

function classOf(row: Float32Array, request: ReadRequest): Reading {
  const shares = request.multiLabel ? row.map(sigmoid) : probabilitiesOf(row)
  const probabilities = Object.fromEntries(
    request.labels.map((label, i) => [label, shares[i] ?? 0] as const),
  )
  if (request.multiLabel) {
    const chosen = request.labels.filter((_, i) => (shares[i] ?? 0) >= 0.5)
    return { kind: 'output', output: { kind: 'json', value: chosen } }
  }
  const label = request.labels[argmax(row, 0, row.length)] ?? ''
  return { kind: 'output', output: { kind: 'label', label, probabilities } }
}

/** Softmax, unless the graph has applied it already: softmax twice would flatten every confidence. */
export function probabilitiesOf(row: Float32Array): Float32Array {
  const sum = row.reduce((total, value) => total + value, 0)
  if (Math.abs(sum - 1) < 1e-3 && row.every((value) => value >= 0)) return row
  const top = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const powers = row.map((value) => Math.exp(value - top))
  const total = powers.reduce((all, value) => all + value, 0)
  return powers.map((value) => value / total)
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

function argmax(values: Float32Array, from: number, count: number): number {
  let best = 0
  for (let i = 1; i < count; i++) if ((values[from + i] ?? 0) > (values[from + best] ?? 0)) best = i
  return best
}

function tokenClasses(rows: Float32Array, width: number, length: number): readonly number[] {
  return Array.from({ length }, (_, token) => argmax(rows, token * width, width))
}

/** Mean over the tokens that are not padding, or the first token; then scaled to length 1 (sentence-transformers). */
function pool(
  rows: Float32Array,
  shape: { readonly width: number; readonly length: number; readonly how: 'mean' | 'cls' },
): Float32Array {
  const pooled = new Float32Array(shape.width)
  const tokens = shape.how === 'cls' ? 1 : shape.length
  for (let token = 0; token < tokens; token++)
    for (let i = 0; i < shape.width; i++)
      pooled[i] = (pooled[i] ?? 0) + (rows[token * shape.width + i] ?? 0) / tokens
  const norm = Math.hypot(...pooled)
  return norm > 0 ? pooled.map((value) => value / norm) : pooled
}
