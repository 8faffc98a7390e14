import type { Output } from '../../../core/data/answer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { floatValues } from '../../../core/onnx/float-values.ts'
import type { HostTensor } from '../../../core/onnx/host-tensor.ts'

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

type Outputs = ReadRequest['outputs']

/** The output that answers the question: by name, else the one with a score for each class, else the first. */
function scoresIn({ outputs, labels, lengths }: ReadRequest): string | undefined {
  const names = Object.keys(outputs)
  const isScore = (name: string) => {
    const { dims = [], dtype } = outputs[name] ?? {}
    const fits = dims[0] === lengths.length && dims.at(-1) === labels.length
    return dims.length > 1 && fits && dtype?.includes('float')
  }
  return preferred.find((name) => names.includes(name)) ?? names.find(isScore)
}

/** Words in the name of an output that holds classes, not scores (skl2onnx, onnxmltools, Paddle). */
const classOutput = /label|class|predict/i

/**
 * The classes that a graph names itself, one for each item: texts, or whole numbers of an output whose name tells (`label`,
 * `output_label`). Null where it has none. Numbers are places in `labels` where those are known, else the class's own name.
 */
export function classesIn(
  outputs: Outputs,
  items: number,
  labels: readonly string[],
): readonly Reading[] | null {
  const isClass = ([name, { dtype, dims }]: [string, HostTensor]) =>
    dims[0] === items &&
    dims.every((dim, at) => at === 0 || dim === 1) &&
    (dtype === 'string' || (/^int(32|64)$/.test(dtype) && classOutput.test(name)))
  const [, tensor] = Object.entries(outputs).find(isClass) ?? []
  if (tensor === undefined) return null
  return Array.from(tensor.data as ArrayLike<unknown>, (value) => {
    const named = typeof value === 'string' ? value : (labels[Number(value)] ?? String(value))
    return { kind: 'output', output: { kind: 'label', label: named } }
  })
}

/**
 * Reads one batch. `[batch, classes]` with labels is a class, and so is the name of one that the graph returns; `[batch, width]` without is a vector;
 * `[batch, length, classes]` with as many labels is one class per token; `[batch, length, width]` is pooled.
 */
export function readBatch(request: ReadRequest): readonly Reading[] {
  const { outputs, labels, lengths } = request
  const scores = scoresIn(request)
  const classes = scores === undefined ? classesIn(outputs, lengths.length, labels) : null
  if (classes !== null) return classes
  const name = scores ?? Object.keys(outputs)[0] ?? ''
  const tensor = outputs[name]
  if (!tensor) throw new RightsizeError('MODEL_CANNOT_LOAD', 'the graph returned no output')
  const width = tensor.dims.at(-1) ?? 1
  checkLabels(name, width, tensor.dims.length, labels)
  const flat = floatValues(tensor)
  return tensor.dims.length === 3
    ? readTokens(flat, request, [tensor.dims[1] ?? 0, width])
    : readRows(flat, request, width)
}

function readRows(flat: Float32Array, request: ReadRequest, width: number): readonly Reading[] {
  const { labels, lengths, multiLabel } = request
  const scratch = new Float64Array(width)
  return lengths.map((_, item) => {
    const from = item * width
    if (labels.length !== width) return vector(flat.subarray(from, from + width))
    if (multiLabel) return severalOf(flat.subarray(from, from + width), labels)
    probabilitiesInto(scratch, flat, from)
    return classOf(scratch, labels)
  })
}

function readTokens(
  flat: Float32Array,
  { labels, lengths, pooling }: ReadRequest,
  [tokens, width]: readonly [number, number],
): readonly Reading[] {
  return lengths.map((length, item) => {
    const rows = flat.subarray(item * tokens * width, (item + 1) * tokens * width)
    return labels.length === width
      ? { kind: 'token-classes', classes: tokenClasses(rows, width, length) }
      : vector(pool(rows, { width, length, how: pooling }))
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

const vector = (row: Float32Array): Reading => ({
  kind: 'output',
  output: { kind: 'vector', vector: Array.from(row) },
})

function classOf(shares: Float64Array, labels: readonly string[]): Reading {
  const probabilities: Record<string, number> = {}
  for (let i = 0; i < labels.length; i++) probabilities[labels[i] ?? ''] = shares[i] ?? 0
  const label = labels[argmax(shares, 0, shares.length)] ?? ''
  return { kind: 'output', output: { kind: 'label', label, probabilities } }
}

/** Every label that is likelier than not (problem_type multi_label_classification). */
function severalOf(row: Float32Array, labels: readonly string[]): Reading {
  const chosen = labels.filter((_, i) => 1 / (1 + Math.exp(-(row[i] ?? 0))) >= 0.5)
  return { kind: 'output', output: { kind: 'json', value: chosen } }
}

/**
 * Softmax of one row of `flat` into `out`, unless the graph has applied it already: twice would flatten every confidence.
 * Loops without intermediate arrays, because this runs once per item.
 */
export function probabilitiesInto(out: Float64Array, flat: Float32Array, from: number): void {
  let sum = 0
  let least = Number.POSITIVE_INFINITY
  let top = Number.NEGATIVE_INFINITY
  for (let i = 0; i < out.length; i++) {
    const value = flat[from + i] ?? 0
    out[i] = value
    sum += value
    if (value < least) least = value
    if (value > top) top = value
  }
  if (least >= 0 && Math.abs(sum - 1) < 1e-3) return
  let total = 0
  for (let i = 0; i < out.length; i++) {
    const power = Math.exp((out[i] ?? 0) - top)
    out[i] = power
    total += power
  }
  for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) / total
}

function argmax(values: Float32Array | Float64Array, from: number, count: number): number {
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
