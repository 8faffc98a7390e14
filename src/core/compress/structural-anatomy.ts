import { floatOf, intOf } from '../onnx/attributes.ts'
import type { GraphIndex } from '../onnx/graph-index.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'

/** x W (+ b) with constant float32 weights: W is [in, out], or [out, in] in a Gemm with transB. */
export interface Dense {
  readonly node: Node
  readonly input: string
  /** Value after the bias. */
  readonly output: string
  readonly weight: Tensor
  readonly transposed: boolean
  readonly bias: Tensor | null
  readonly inWidth: number
  readonly outWidth: number
}

/** Two dense layers with an activation between them that works on each neuron alone. */
export interface FeedForward {
  /** One, or two where one gates the other. */
  readonly up: readonly Dense[]
  readonly down: Dense
  /** Vectors of one value per neuron between them (scales, biases of their own). */
  readonly vectors: readonly Tensor[]
  readonly neurons: number
}

const elementwise = new Set([
  'Relu',
  'Gelu',
  'FastGelu',
  'QuickGelu',
  'Tanh',
  'Sigmoid',
  'Erf',
  'LeakyRelu',
  'HardSwish',
  'Elu',
  'Softplus',
  'Sqrt',
  'Pow',
  'Mul',
  'Add',
  'Sub',
  'Div',
  'BiasGelu',
])

/** The dense layer whose output is `value`, looking through its bias; null where it is something else. */
export function denseMaking(index: GraphIndex, value: string): Dense | null {
  const node = index.producer(value)
  if (node === undefined) return null
  if (node.opType === 'Add') return biased(index, node)
  return bare(index, node)
}

function biased(index: GraphIndex, add: Node): Dense | null {
  for (const [side, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const bias = index.initializer(add.inputs[side] ?? '')
    const made = index.producer(add.inputs[other] ?? '')
    if (bias?.dtype !== 'float32' || made === undefined || index.isOutput(made.outputs[0] ?? ''))
      continue
    const dense = bare(index, made)
    const fits = dense !== null && dense.bias === null && bias.dims.length === 1
    if (fits && bias.dims[0] === dense.outWidth && index.consumers(dense.output).length === 1)
      return { ...dense, bias, output: add.outputs[0] ?? '' }
  }
  return null
}

function bare(index: GraphIndex, node: Node): Dense | null {
  if (node.domain !== '' || (node.opType !== 'MatMul' && node.opType !== 'Gemm')) return null
  const weight = index.initializer(node.inputs[1] ?? '')
  if (weight?.dtype !== 'float32' || weight.dims.length !== 2) return null
  const transposed = intOf(node, 'transB', 0) === 1
  if (intOf(node, 'transA', 0) === 1 || !plainScale(node)) return null
  const [rows = 0, columns = 0] = weight.dims
  const biasName = node.opType === 'Gemm' ? (node.inputs[2] ?? '') : ''
  const bias = index.initializer(biasName) ?? null
  if (biasName !== '' && bias?.dims.length !== 1) return null
  return {
    node,
    input: node.inputs[0] ?? '',
    output: node.outputs[0] ?? '',
    weight,
    transposed,
    bias,
    inWidth: transposed ? columns : rows,
    outWidth: transposed ? rows : columns,
  }
}

const plainScale = (node: Node): boolean =>
  floatOf(node, 'alpha', 1) === 1 && floatOf(node, 'beta', 1) === 1

/** The value after the dense layer's bias, going forward from its product. */
export function denseFrom(index: GraphIndex, node: Node): Dense | null {
  const plain = bare(index, node)
  if (plain === null || plain.bias !== null) return plain
  const [next, ...others] = index.consumers(plain.output)
  if (next?.opType !== 'Add' || others.length > 0) return plain
  return denseMaking(index, next.outputs[0] ?? '') ?? plain
}

/** Every feed-forward pair whose neurons can be removed one by one, in graph order. */
export function feedForwards(graph: Graph): readonly FeedForward[] {
  const index = indexGraph(graph)
  const shared = sharedInitializers(graph)
  return graph.nodes.flatMap((node) => {
    const found = feedForwardEndingIn(index, node)
    const tensors = found && [
      found.down.weight,
      ...found.vectors,
      ...found.up.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight])),
    ]
    return found && tensors?.every(({ name }) => !shared.has(name)) ? [found] : []
  })
}

/** Initializers that more than one place uses: cutting them would cut elsewhere too. */
export function sharedInitializers(graph: Graph): ReadonlySet<string> {
  const uses = new Map<string, number>()
  for (const node of graph.nodes)
    for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1)
  return new Set([...uses].flatMap(([name, count]) => (count > 1 ? [name] : [])))
}

function feedForwardEndingIn(index: GraphIndex, node: Node): FeedForward | null {
  const down = denseFrom(index, node)
  if (down === null) return null
  const region: Region = { index, neurons: down.inWidth, up: [], vectors: [], values: new Set() }
  if (!walkBack(region, down.input, 0) || region.up.length === 0) return null
  const inside = new Set([...region.values, ...region.up.map(({ output }) => output)])
  const closed = [...inside].every(
    (value) =>
      !index.isOutput(value) &&
      index
        .consumers(value)
        .every((user) => user === down.node || inside.has(user.outputs[0] ?? '')),
  )
  const { up, vectors, neurons } = region
  return closed ? { up, down, vectors, neurons } : null
}

interface Region {
  readonly index: GraphIndex
  readonly neurons: number
  readonly up: Dense[]
  readonly vectors: Tensor[]
  readonly values: Set<string>
}

/** Longest chain of elementwise nodes that is taken for an activation; the tanh form of GELU has 8. */
const longestActivation = 16

function walkBack(region: Region, value: string, depth: number): boolean {
  const { index, neurons, up, values } = region
  if (values.has(value) || up.some(({ output }) => output === value)) return true
  const dense = denseMaking(index, value)
  if (dense !== null && dense.outWidth === neurons) {
    up.push(dense)
    return true
  }
  const node = index.producer(value)
  if (node === undefined || depth > longestActivation || !elementwise.has(node.opType)) return false
  values.add(value)
  return node.inputs.every((input) => operandFits(region, input, depth))
}

function operandFits(region: Region, input: string, depth: number): boolean {
  const constant = region.index.initializer(input)
  if (constant === undefined) return input === '' || walkBack(region, input, depth + 1)
  const count = constant.dims.reduce((product, dim) => product * dim, 1)
  if (count === 1) return true
  if (constant.dtype !== 'float32' || constant.dims.length !== 1 || count !== region.neurons)
    return false
  if (!region.vectors.includes(constant)) region.vectors.push(constant)
  return true
}

/** Operators of com.microsoft that hold whole parts of an encoder in one node. */
const fused: ReadonlySet<string> = new Set([
  ...['Attention', 'MultiHeadAttention', 'PackedAttention', 'QAttention', 'GroupQueryAttention'],
  ...['SkipLayerNormalization', 'EmbedLayerNormalization', 'SkipSimplifiedLayerNormalization'],
])

/** Parts of the graph that an optimiser or exporter has fused, by operator: passes that cut layers apart cannot see into them. '' where there are none. */
export function fusedParts({ nodes }: Graph): string {
  const counts = new Map<string, number>()
  for (const { opType, domain } of nodes)
    if (domain === 'com.microsoft' && fused.has(opType))
      counts.set(opType, (counts.get(opType) ?? 0) + 1)
  // From opset 23 on ai.onnx has one of its own.
  const own = nodes.filter(({ opType, domain }) => domain === '' && opType === 'Attention').length
  if (own > 0) counts.set('ai.onnx Attention', own)
  return [...counts].map(([op, count]) => `${op} (${count})`).join(', ')
}
