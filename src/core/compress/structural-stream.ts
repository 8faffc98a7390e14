import { intOf, intsOf } from '../onnx/attributes.ts'
import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import { inferShapes } from '../onnx/shapes.ts'
import type { ValueFacts } from '../onnx/value-facts.ts'
import { type Dense, denseFrom } from './structural-anatomy.ts'

/** A constant of the graph with the axes that hold the channels of the stream. */
export interface StreamTensor {
  readonly tensor: Tensor
  readonly axes: readonly number[]
}

/** A normalisation over the channels: `input` is divided by its spread over them (its root mean square where not `centred`), times `scale`. */
export interface StreamNorm {
  readonly input: string
  readonly scale: Tensor
  readonly centred: boolean
  /** What is added to the variance: the attribute of this node, or a constant that serves nothing else; null where it cannot be changed. */
  readonly epsilon: { readonly node: Node } | { readonly tensor: Tensor } | null
}

/** The residual stream of a graph: everything whose last axis is the hidden width. */
export interface Stream {
  readonly width: number
  readonly tensors: readonly StreamTensor[]
  /** Layers that read the stream, with nothing but their inputs cut. */
  readonly readers: readonly Dense[]
  readonly norms: readonly StreamNorm[]
  /** Reshapes to a constant that says the width as its last entry. */
  readonly reshapes: readonly Node[]
  /** Every node that touches the stream. */
  readonly nodes: readonly Node[]
}

interface Walk {
  readonly graph: Graph
  readonly index: GraphIndex
  readonly facts: ReadonlyMap<string, ValueFacts>
  readonly width: number
  readonly values: Set<string>
  readonly open: Node[]
  /** By tensor name: axes that each node needs cut. */
  readonly cuts: Map<string, Map<Node, Set<number>>>
  readonly norms: Map<Node, StreamNorm>
  readonly reshapes: Set<Node>
  readonly touched: Set<Node>
}

/** Why the walk cannot go on; null where it can. */
type Refusal = string | null
type Rule = (walk: Walk, node: Node) => Refusal

/**
 * The residual stream of a graph, found from its largest table of vectors through every node that reads or makes the stream; or, in words,
 * why its width cannot be changed: some node is not known, the stream is an input or output, a constant is used elsewhere too.
 */
export function streamOf(graph: Graph): Stream | string {
  const index = indexGraph(graph)
  const seed = largestTable(graph, index)
  if (seed === null) return 'no table of vectors that a Gather reads by an input'
  const walk: Walk = {
    graph,
    index,
    facts: inferShapes(graph),
    width: seed.width,
    values: new Set(),
    open: [],
    cuts: new Map(),
    norms: new Map(),
    reshapes: new Set(),
    touched: new Set(),
  }
  return joined(walk, seed.node.outputs[0] ?? '') ?? visited(walk) ?? foreign(walk) ?? found(walk)
}

function largestTable(graph: Graph, index: GraphIndex) {
  const tables = graph.nodes.flatMap((node) => {
    const table = index.initializer(node.inputs[0] ?? '')
    const fits = node.opType === 'Gather' && intOf(node, 'axis', 0) === 0
    if (!fits || table?.dtype !== 'float32' || table.dims.length !== 2) return []
    if (index.initializer(node.inputs[1] ?? '') !== undefined) return []
    return [{ node, width: table.dims[1] ?? 0, bytes: table.byteLength }]
  })
  return tables.toSorted((a, b) => b.bytes - a.bytes)[0] ?? null
}

function visited(walk: Walk): Refusal {
  for (let node = walk.open.pop(); node !== undefined; node = walk.open.pop()) {
    const known = node.domain === '' || node.domain === 'com.microsoft'
    const rule = known && Object.hasOwn(rules, node.opType) ? rules[node.opType] : undefined
    walk.touched.add(node)
    const refusal = rule === undefined ? `${labelOf(node)} is not known` : rule(walk, node)
    if (refusal !== null) return refusal
  }
  return null
}

const labelOf = (node: Node): string =>
  `${node.opType} '${node.name || node.outputs[0]}' at the residual stream`

/** A constant that is cut at one place must be cut alike wherever it is used. */
function foreign({ cuts, index }: Walk): Refusal {
  for (const [name, byNode] of cuts) {
    const axes = new Set([...byNode.values()].map((set) => [...set].sort().join()))
    const elsewhere = index.consumers(name).find((node) => !byNode.has(node))
    if (elsewhere !== undefined) return `'${name}' is shared with ${labelOf(elsewhere)}`
    if (axes.size > 1) return `'${name}' is used in several ways`
    if (index.isOutput(name)) return `'${name}' is an output`
  }
  return null
}

function found(walk: Walk): Stream | string {
  const { cuts, index, width, norms, reshapes, touched, graph } = walk
  const axesOf = (name: string) => [...([...(cuts.get(name)?.values() ?? [])][0] ?? [])]
  const tensors = [...cuts.keys()].flatMap((name) => {
    const tensor = index.initializer(name)
    return tensor === undefined ? [] : [{ tensor, axes: axesOf(name) }]
  })
  const nodes = graph.nodes.filter((node) => touched.has(node))
  const readers = nodes.flatMap((node) => {
    const dense = walk.values.has(node.inputs[0] ?? '') ? denseFrom(index, node) : null
    const own =
      dense !== null && axesOf(dense.weight.name).join() === (dense.transposed ? '1' : '0')
    return own && index.consumers(dense.weight.name).length === 1 ? [dense] : []
  })
  if (readers.length === 0) return 'no layer reads the residual stream'
  return { width, tensors, readers, norms: [...norms.values()], reshapes: [...reshapes], nodes }
}

/** Takes a value or a constant into the stream. */
function joined(walk: Walk, name: string, by?: Node): Refusal {
  const { index, values, open, width } = walk
  const constant = index.initializer(name)
  if (constant !== undefined && by !== undefined) return cut(walk, by, constant, -1)
  if (values.has(name)) return null
  const producer = index.producer(name)
  if (producer === undefined) return `'${name}' comes from outside and holds the residual stream`
  if (index.isOutput(name)) return `'${name}' is an output and holds the residual stream`
  const last = lastDim(walk, name)
  if (typeof last === 'number' && last !== width)
    return `'${name}' is ${last} wide, the residual stream ${width}`
  values.add(name)
  open.push(producer, ...index.consumers(name))
  return null
}

function allJoined(walk: Walk, node: Node, names: readonly (string | undefined)[]): Refusal {
  for (const name of names) {
    const refusal = name === undefined || name === '' ? null : joined(walk, name, node)
    if (refusal !== null) return refusal
  }
  return null
}

/** Marks an axis of a constant, counted from the end where negative. */
function cut(walk: Walk, node: Node, tensor: Tensor, axis: number): Refusal {
  const at = axis < 0 ? tensor.dims.length + axis : axis
  if (tensor.dtype !== 'float32') return `'${tensor.name}' is ${tensor.dtype}`
  if (tensor.dims[at] !== walk.width)
    return `'${tensor.name}' is ${tensor.dims[at]} wide, the residual stream ${walk.width}`
  const byNode = walk.cuts.get(tensor.name) ?? new Map<Node, Set<number>>()
  walk.cuts.set(tensor.name, byNode)
  byNode.set(node, (byNode.get(node) ?? new Set()).add(at))
  return null
}

const rankOf = ({ facts }: Walk, name: string): number | null =>
  facts.get(name)?.dims?.length ?? null

const lastDim = ({ facts }: Walk, name: string) => facts.get(name)?.dims?.at(-1) ?? null

/** Whether an operand is one number for all channels; null where it is not known. */
function broadcasts(walk: Walk, name: string): boolean | null {
  if (walk.values.has(name)) return false
  const dims = walk.facts.get(name)?.dims
  if (dims === undefined || dims === null) return null
  const last = dims.at(-1)
  if (last === undefined || last === 1) return true
  return last === walk.width ? false : null
}

/** Each channel for itself: operands as wide as the stream belong to it, and so does the result. */
const elementwise: Rule = (walk, node) => operands(walk, node, node.inputs)

function operands(walk: Walk, node: Node, inputs: readonly string[]): Refusal {
  for (const input of inputs) {
    if (input === '') continue
    const one = broadcasts(walk, input)
    if (one === null) return `the width of '${input}' beside the stream is not known`
    const refusal = one ? null : joined(walk, input, node)
    if (refusal !== null) return refusal
  }
  return joined(walk, node.outputs[0] ?? '')
}

const where: Rule = (walk, node) =>
  broadcasts(walk, node.inputs[0] ?? '') === true
    ? operands(walk, node, node.inputs.slice(1))
    : `the condition of ${labelOf(node)} is not one for all channels`

/** The first input goes on, all channels in place. */
const passes: Rule = (walk, node) => allJoined(walk, node, [node.inputs[0], node.outputs[0]])

const floatCast: Rule = (walk, node) =>
  intOf(node, 'to', 0) === 1 ? passes(walk, node) : `${labelOf(node)} changes the number format`

const dropout: Rule = (walk, node) =>
  walk.index.consumers(node.outputs[1] ?? '').length > 0
    ? `the mask of ${labelOf(node)} is read`
    : passes(walk, node)

/** Axes of a node as attribute or as its constant input; from the end of `rank` axes where negative; null where not known. */
function axesOf(walk: Walk, node: Node, input: number, rank: number): readonly number[] | null {
  const content = walk.facts.get(node.inputs[input] ?? '')?.content
  const said = intsOf(node, 'axes') ?? (node.inputs[input] ? content : undefined)
  if (said === undefined || !said.every((axis) => typeof axis === 'number')) return null
  return said.map((axis) => (Number(axis) < 0 ? rank + Number(axis) : Number(axis)))
}

/** Something along other axes than the channels. */
const alongOthers =
  (input: number): Rule =>
  (walk, node) => {
    const rank = rankOf(walk, node.inputs[0] ?? '')
    const axes = rank === null ? null : axesOf(walk, node, input, rank)
    if (rank === null || axes === null) return `the axes of ${labelOf(node)} are not known`
    return axes.includes(rank - 1) ? `${labelOf(node)} works on the channels` : passes(walk, node)
  }

/** The mean over the channels alone is a normalisation's, and follows the width; over others the channels stay. */
const mean: Rule = (walk, node) => {
  const rank = rankOf(walk, node.inputs[0] ?? '')
  const axes = rank === null ? null : axesOf(walk, node, 1, rank)
  const alone = axes?.length === 1 && axes[0] === (rank ?? 0) - 1
  if (!alone || intOf(node, 'keepdims', 1) !== 1) return alongOthers(1)(walk, node)
  noteDecomposed(walk, node)
  return null
}

/** x - mean(x), over its spread, times a constant: a normalisation in single steps. */
function noteDecomposed({ index, norms }: Walk, reduce: Node): void {
  const [input = ''] = reduce.inputs
  const centred = index.consumers(reduce.outputs[0] ?? '').find(({ opType }) => opType === 'Sub')
  if (centred === undefined || centred.inputs[0] !== input) return
  const divided = index.consumers(centred.outputs[0] ?? '').find(({ opType }) => opType === 'Div')
  const [scaled] = index.consumers(divided?.outputs[0] ?? '')
  if (divided === undefined || scaled?.opType !== 'Mul') return
  const scale = scaled.inputs.map((name) => index.initializer(name)).find((one) => one)
  if (scale === undefined || index.consumers(scale.name).length > 1) return
  const root = index.producer(divided.inputs[1] ?? '')
  const sum = index.producer(root?.inputs[0] ?? '')
  const small = sum?.inputs.map((name) => index.initializer(name)).find((one) => one)
  const own = small?.byteLength === 4 && index.consumers(small.name).length === 1
  norms.set(reduce, { input, scale, centred: true, epsilon: own ? { tensor: small } : null })
}

const normalises =
  (centred: boolean): Rule =>
  (walk, node) => {
    const { index, norms } = walk
    const [input = '', scaleName = '', bias = ''] = node.inputs
    const rank = rankOf(walk, input)
    const axis = intOf(node, 'axis', -1)
    if (axis !== -1 && axis !== (rank ?? 0) - 1) return `${labelOf(node)} is not over the channels`
    if (node.outputs.slice(1).some((name) => index.consumers(name).length > 0))
      return `a further output of ${labelOf(node)} is read`
    const scale = index.initializer(scaleName)
    if (scale === undefined) return `the scale of ${labelOf(node)} is no constant`
    if (index.consumers(scale.name).length === 1)
      norms.set(node, { input, scale, centred, epsilon: { node } })
    return allJoined(walk, node, [input, scaleName, bias, node.outputs[0]])
  }

const skipNormalises: Rule = (walk, node) => {
  const [, mean = '', spread = '', sum = ''] = node.outputs
  if ([mean, spread].some((name) => walk.index.consumers(name).length > 0))
    return `a further output of ${labelOf(node)} is read`
  const used = walk.index.consumers(sum).length > 0 ? [sum] : []
  return allJoined(walk, node, [...node.inputs, node.outputs[0], ...used])
}

const multiplies: Rule = (walk, node) => {
  const [a = '', b = ''] = node.inputs
  const [out = ''] = node.outputs
  const weight = walk.index.initializer(b)
  if (weight !== undefined) return weighs(walk, node, weight, false)
  // The channels of the right factor are those of the product; those of the left are summed over.
  if (walk.values.has(a)) return `${labelOf(node)} sums the channels against another value`
  return allJoined(walk, node, [b, out])
}

function weighs(walk: Walk, node: Node, weight: Tensor, turned: boolean): Refusal {
  if (weight.dims.length !== 2) return `the weight of ${labelOf(node)} is no matrix`
  const reads = walk.values.has(node.inputs[0] ?? '')
  const makes = walk.values.has(node.outputs[0] ?? '')
  return (
    (reads ? cut(walk, node, weight, turned ? 1 : 0) : null) ??
    (makes ? cut(walk, node, weight, turned ? 0 : 1) : null)
  )
}

const gemm: Rule = (walk, node) => {
  const [, b = '', c = ''] = node.inputs
  const weight = walk.index.initializer(b)
  if (weight === undefined || intOf(node, 'transA', 0) !== 0 || walk.values.has(c))
    return `${labelOf(node)} is no plain layer`
  const makes = walk.values.has(node.outputs[0] ?? '')
  const bias = makes && c !== '' ? walk.index.initializer(c) : undefined
  if (makes && c !== '' && bias === undefined) return `the bias of ${labelOf(node)} is no constant`
  return (
    weighs(walk, node, weight, intOf(node, 'transB', 0) !== 0) ??
    (bias === undefined || bias.dims.at(-1) === 1 ? null : cut(walk, node, bias, -1))
  )
}

const gathers: Rule = (walk, node) => {
  const rank = rankOf(walk, node.inputs[0] ?? '')
  const axis = intOf(node, 'axis', 0)
  if (rank === null) return `the rank before ${labelOf(node)} is not known`
  const at = axis < 0 ? rank + axis : axis
  return at === rank - 1 ? `${labelOf(node)} picks channels` : passes(walk, node)
}

const transposes: Rule = (walk, node) => {
  const perm = intsOf(node, 'perm')
  const stays = perm !== undefined && perm.at(-1) === perm.length - 1
  return stays ? passes(walk, node) : `${labelOf(node)} moves the channels`
}

const unsqueezes: Rule = (walk, node) => {
  const rank = rankOf(walk, node.outputs[0] ?? '')
  const axes = rank === null ? null : axesOf(walk, node, 1, rank)
  if (rank === null || axes === null) return `the axes of ${labelOf(node)} are not known`
  return axes.includes(rank - 1) ? `${labelOf(node)} moves the channels` : passes(walk, node)
}

const slices: Rule = (walk, node) => {
  const rank = rankOf(walk, node.inputs[0] ?? '')
  const said = intsOf(node, 'axes') ?? walk.facts.get(node.inputs[3] ?? '')?.content
  const axes = said?.map((axis) => (Number(axis) < 0 ? (rank ?? 0) + Number(axis) : Number(axis)))
  if (rank === null || axes === undefined || axes.includes(rank - 1))
    return `${labelOf(node)} may take channels away`
  return passes(walk, node)
}

const joins: Rule = (walk, node) => {
  const rank = rankOf(walk, node.inputs[0] ?? '') ?? rankOf(walk, node.outputs[0] ?? '')
  const axis = intOf(node, 'axis', 0)
  if (rank === null || (axis < 0 ? rank + axis : axis) === rank - 1)
    return `${labelOf(node)} adds channels`
  return allJoined(walk, node, [...node.inputs, node.outputs[0]])
}

/** Only the sizes of other axes may be read, or all of them to widen something to the stream. */
const sizes: Rule = (walk, node) => {
  const rank = rankOf(walk, node.inputs[0] ?? '')
  const [start, end] = [intOf(node, 'start', 0), intOf(node, 'end', rank ?? 0)]
  if (rank === null) return `the rank before ${labelOf(node)} is not known`
  for (const user of walk.index.consumers(node.outputs[0] ?? '')) {
    const refusal =
      start === 0 && end === rank ? readsOther(walk, user, node.outputs[0] ?? '', rank) : null
    if (refusal !== null) return refusal
  }
  const partial = start !== 0 || end !== rank
  return partial && (end < 0 ? rank + end : end) >= rank
    ? `${labelOf(node)} gives the width away`
    : null
}

function readsOther(walk: Walk, user: Node, shape: string, rank: number): Refusal {
  const content = (input: number) => walk.facts.get(user.inputs[input] ?? '')?.content
  if (user.opType === 'Gather' && user.inputs[0] === shape) {
    const places = content(1)
    const other = (at: unknown) => typeof at === 'number' && at !== rank - 1 && at !== -1
    if (places?.every(other)) return null
  }
  if (user.opType === 'Slice' && user.inputs[0] === shape) {
    const [end] = content(2) ?? []
    if (typeof end === 'number' && (end < 0 || end < rank)) return null
  }
  if (user.opType === 'Expand' && user.inputs[1] === shape)
    return joined(walk, user.outputs[0] ?? '')
  return `${labelOf(user)} may read the width`
}

const expands: Rule = (walk, node) => {
  const shape = walk.index.producer(node.inputs[1] ?? '')
  if (shape?.opType !== 'Shape' || !walk.values.has(shape.inputs[0] ?? ''))
    return `${labelOf(node)} says the width in a way that is not known`
  return operands(walk, node, node.inputs.slice(0, 1))
}

const reshapes: Rule = (walk, node) => {
  const shape = walk.index.initializer(node.inputs[1] ?? '')
  const last = walk.facts.get(node.inputs[1] ?? '')?.content?.at(-1)
  const ends = [node.inputs[0] ?? '', node.outputs[0] ?? '']
  if (shape === undefined || !ends.every((name) => lastDim(walk, name) === walk.width))
    return `${labelOf(node)} may move the channels`
  if (last === walk.width) walk.reshapes.add(node)
  return passes(walk, node)
}

/** Operators that may touch the stream. What is not here is not known. */
const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Sum', 'Pow', 'Max', 'Min'].map((op) => [op, elementwise]),
  ),
  ...Object.fromEntries(
    [
      ...['Identity', 'Neg', 'Abs', 'Sqrt', 'Exp', 'Erf', 'Tanh', 'Sigmoid', 'Relu', 'Gelu'],
      ...['FastGelu', 'QuickGelu', 'LeakyRelu', 'Elu', 'Softplus', 'Reciprocal'],
    ].map((op) => [op, passes]),
  ),
  Cast: floatCast,
  Dropout: dropout,
  Where: where,
  ReduceMean: mean,
  ReduceSum: alongOthers(1),
  ReduceMax: alongOthers(1),
  LayerNormalization: normalises(true),
  SimplifiedLayerNormalization: normalises(false),
  SkipLayerNormalization: skipNormalises,
  MatMul: multiplies,
  Gemm: gemm,
  Gather: gathers,
  Transpose: transposes,
  Unsqueeze: unsqueezes,
  Squeeze: alongOthers(1),
  Slice: slices,
  Concat: joins,
  Shape: sizes,
  Expand: expands,
  Reshape: reshapes,
}
