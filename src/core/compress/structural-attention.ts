import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import { type Dense, denseFrom, denseMaking } from './structural-anatomy.ts'
import { followsShapes, lastSizes, madeOfShapes, type Size } from './structural-shape.ts'

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
export function only(index: GraphIndex, value: string | undefined, ...ops: readonly string[]) {
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
