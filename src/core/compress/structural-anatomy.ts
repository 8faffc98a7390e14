import { floatOf, intOf } from '../onnx/attributes.ts'
import type { GraphIndex } from '../onnx/graph-index.ts'
import { indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import { normInput, normOutput } from './structural-norm.ts'
import { followsShapes, lastSizes, madeOfShapes, type Size } from './structural-shape.ts'

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

/** Self-attention: query, key and value projections, heads, output projection. */
export interface Attention {
  readonly query: Dense
  readonly key: Dense
  readonly value: Dense
  readonly output: Dense
  readonly heads: number
  readonly headWidth: number
  /** Reshapes that split into heads, and the one that joins them. */
  readonly splits: readonly Node[]
  readonly join: Node
  /** Tables [rows, heads] of scores per head that are added to the attention scores. */
  readonly headTables: readonly Tensor[]
}

/** A residual block: `exit` = block(entry) + entry, with the normalisations that belong to it. */
export interface Block {
  readonly kind: 'attention' | 'feed-forward'
  readonly entry: string
  readonly exit: string
}

/** A layer: an attention block followed by its feed-forward block. */
export interface Layer {
  readonly attention: Block
  readonly feedForward: Block
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

/** Every self-attention whose heads can be removed one by one, in graph order. */
export function attentions(graph: Graph): readonly Attention[] {
  const index = indexGraph(graph)
  return graph.nodes.flatMap((node) => {
    const found = node.opType === 'Softmax' ? attentionAround(index, node) : null
    return found ? [found] : []
  })
}

function attentionAround(index: GraphIndex, softmax: Node): Attention | null {
  const mixed = only(index, weightsFrom(index, softmax), 'MatMul')
  const back = only(index, pastFollowing(index, mixed?.outputs[0]), 'Transpose')
  const join = only(index, back?.outputs[0], 'Reshape')
  const product = only(index, join?.outputs[0], 'MatMul', 'Gemm')
  const output = product && denseFrom(index, product)
  const value = mixed && splitMaking(index, mixed.inputs[1] ?? '')
  const scored = scoresBehind(index, softmax.inputs[0] ?? '')
  if (!join || !output || !value || scored === null) return null
  const query = splitMaking(index, scored.product.inputs[0] ?? '')
  const key = splitMaking(index, scored.product.inputs[1] ?? '')
  if (query === null || key === null) return null
  const { heads, headWidth } = value
  const same = [query, key].every((one) => one.heads === heads && one.headWidth === headWidth)
  if (!same || output.inWidth !== heads * headWidth) return null
  if (!joins(lastSizes(index, join, 1), output.inWidth)) return null
  const headTables = scored.added.flatMap((one) => tablesBehind(index, one))
  if (headTables.some(({ dims }) => dims.length !== 2 || dims[1] !== heads)) return null
  const others = scored.added.flatMap((one) => constantsBehind(index, one))
  if (others.some((one) => !headTables.includes(one) && one.dims.includes(heads))) return null
  return {
    query: query.dense,
    key: key.dense,
    value: value.dense,
    output,
    heads,
    headWidth,
    splits: [...new Set([query.node, key.node, value.node])],
    join,
    headTables,
  }
}

/** The last size of a Reshape that joins heads: their width together, the rest, or calculated from what comes in. */
function joins(sizes: readonly Size[] | null, width: number): boolean {
  const last = sizes?.[0]
  return last === 'computed' || last?.constant === -1 || last?.constant === width
}

/** What the values are weighted with: the softmax, or what PyTorch puts behind it, Where(IsNaN(softmax), 0, softmax). */
function weightsFrom(index: GraphIndex, softmax: Node): string {
  const output = softmax.outputs[0] ?? ''
  const users = usersOf(index, output)
  const chosen = users.find(({ opType }) => opType === 'Where')
  const asked = users.find(({ opType }) => opType === 'IsNaN')
  const guarded = chosen?.inputs[0] === asked?.outputs[0] && chosen?.inputs[2] === output
  return users.length === 2 && asked !== undefined && guarded ? (chosen?.outputs[0] ?? '') : output
}

/** The users of a value that read its numbers: sizes follow by themselves. */
const usersOf = (index: GraphIndex, value: string): readonly Node[] =>
  index.consumers(value).filter(({ opType }) => opType !== 'Shape')

/** The value behind a Reshape that only says again which shape there is, where one stands there. */
function pastFollowing(index: GraphIndex, value: string | undefined): string | undefined {
  const reshape = only(index, value, 'Reshape')
  return reshape !== undefined && followsShapes(index, reshape) ? reshape.outputs[0] : value
}

/** The single user of a value where it is one of these operators. */
function only(index: GraphIndex, value: string | undefined, ...ops: readonly string[]) {
  const [user, ...others] = value === undefined ? [] : usersOf(index, value)
  return user !== undefined && others.length === 0 && ops.includes(user.opType) ? user : undefined
}

interface Split {
  readonly dense: Dense
  readonly node: Node
  readonly heads: number
  readonly headWidth: number
}

/** Through scaling, Transpose and Reshape back to the projection. */
function splitMaking(index: GraphIndex, value: string): Split | null {
  const node = index.producer(value)
  if (node === undefined) return null
  if (node.opType === 'Mul' || node.opType === 'Div') {
    const rest = node.inputs.filter((input) => !isScale(index, input))
    return rest.length === 1 ? splitMaking(index, rest[0] ?? '') : null
  }
  if (node.opType === 'Transpose') return splitMaking(index, node.inputs[0] ?? '')
  if (node.opType !== 'Reshape') return null
  const dense = denseMaking(index, node.inputs[0] ?? '')
  if (dense === null)
    return followsShapes(index, node) ? splitMaking(index, node.inputs[0] ?? '') : null
  const [last, before] = lastSizes(index, node, 2) ?? []
  if (typeof last !== 'object' || typeof before !== 'object') return null
  const [width, count] = [last.constant, before.constant]
  const heads = count > 0 ? count : dense.outWidth / width
  const headWidth = width > 0 ? width : dense.outWidth / heads
  const fits = Number.isInteger(heads) && heads > 0 && heads * headWidth === dense.outWidth
  return fits && usersOf(index, dense.output).length === 1
    ? { dense, node, heads, headWidth }
    : null
}

/** One number, written in the model or calculated from shapes. */
function isScale(index: GraphIndex, value: string): boolean {
  const scalar = index.initializer(value)
  return scalar === undefined ? madeOfShapes(index, value) : scalar.dims.every((dim) => dim === 1)
}

/** The product of query and key behind masks, scales and added scores, and what is added; null where something else stands there. */
function scoresBehind(
  index: GraphIndex,
  value: string,
  depth = 0,
): { readonly product: Node; readonly added: readonly string[] } | null {
  const node = index.producer(value)
  if (node === undefined || depth > 8) return null
  if (node.opType === 'MatMul') return { product: node, added: [] }
  if (!['Add', 'Mul', 'Div', 'Where'].includes(node.opType)) return null
  const inputs = node.opType === 'Where' ? node.inputs.slice(1) : node.inputs
  for (const [at, input] of inputs.entries()) {
    const found = scoresBehind(index, input, depth + 1)
    if (found === null) continue
    const added = inputs.filter((_, place) => place !== at)
    return { product: found.product, added: [...found.added, ...added] }
  }
  return null
}

/** Tables [rows, heads] that a Gather brings into scores [heads, sequence, sequence] (relative positions), for this layer alone. */
function tablesBehind(index: GraphIndex, value: string, depth = 0): readonly Tensor[] {
  const node = index.producer(value)
  if (node === undefined || depth > 4 || usersOf(index, value).length > 1) return []
  if (node.opType === 'Gather') {
    const table = index.initializer(node.inputs[0] ?? '')
    return table?.dtype === 'float32' ? [table] : []
  }
  if (node.opType !== 'Transpose' && node.opType !== 'Unsqueeze') return []
  return tablesBehind(index, node.inputs[0] ?? '', depth + 1)
}

/** Float constants of more than one value that a value is made of; shapes are not followed. */
function constantsBehind(
  index: GraphIndex,
  value: string,
  seen: Set<string> = new Set(),
): readonly Tensor[] {
  if (seen.has(value)) return []
  seen.add(value)
  const tensor = index.initializer(value)
  if (tensor !== undefined)
    return tensor.dtype === 'float32' && tensor.byteLength > 4 ? [tensor] : []
  const node = index.producer(value)
  if (node === undefined || node.opType === 'Shape') return []
  return node.inputs.flatMap((input) => constantsBehind(index, input, seen))
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

/** The residual layers in order: attention and feed-forward blocks with the values where they begin and end. */
export function layersOf(graph: Graph): readonly Layer[] {
  const index = indexGraph(graph)
  const blocks: Block[] = []
  const [attended, fed] = [attentions(graph), feedForwards(graph)]
  const at = (dense: Dense) => index.position(dense.node)
  for (const attention of attended) {
    const block = residualAround(index, attention.query.input, attention.output.output)
    const next = fed.find(({ up }) => up[0] !== undefined && at(up[0]) > at(attention.output))
    const up = next?.up[0]
    const after = up && next && residualAround(index, up.input, next.down.output)
    if (block === null || !after || after.entry !== block.exit) continue
    blocks.push({ kind: 'attention', ...block }, { kind: 'feed-forward', ...after })
  }
  return Array.from({ length: blocks.length / 2 }, (_, i) => ({
    attention: blocks[2 * i] as Block,
    feedForward: blocks[2 * i + 1] as Block,
  }))
}

/**
 * Where a block begins and ends. Normalised before (pre): entry -> norm -> block -> + entry. After (post, BERT):
 * entry -> block -> + entry -> norm. Source: Xiong et al., arXiv 2002.04745, figure 1.
 */
function residualAround(
  index: GraphIndex,
  input: string,
  output: string,
): { readonly entry: string; readonly exit: string } | null {
  const add = only(index, output, 'Add')
  if (add === undefined) return null
  const other = add.inputs[0] === output ? add.inputs[1] : add.inputs[0]
  const sum = add.outputs[0] ?? ''
  if (other === input) {
    const exit = normOutput(index, sum)
    return exit === null ? null : { entry: input, exit }
  }
  if (other === undefined || normInput(index, input) !== other) return null
  return { entry: other, exit: sum }
}
