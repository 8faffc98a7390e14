import { floatOf, intOf } from '../onnx/attributes.ts'
import { elementCount } from '../onnx/dtype.ts'
import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import { subgraphsOf } from '../onnx/walk.ts'

/** A matrix product of an activation with a stored weight: MatMul, or Gemm without a turned activation. */
export interface WeightedProduct {
  readonly node: Node
  /** The activation. */
  readonly input: string
  /** Stored [rows, columns], or [columns, rows] when `turned`. */
  readonly weight: Tensor
  readonly turned: boolean
  readonly rows: number
  readonly columns: number
  /** Gemm: factor on the product, and the value that is added, times beta. MatMul: 1, '', 1. */
  readonly alpha: number
  readonly bias: string
  readonly beta: number
}

/** A node or weight that was left alone, in words. */
export interface Skipped {
  readonly what: string
  readonly why: string
}

export interface FoundProducts {
  readonly products: readonly WeightedProduct[]
  readonly skipped: readonly Skipped[]
}

/** Operators whose weights are whole numbers already. */
const quantizedOps = new Set([
  ...['MatMulInteger', 'QLinearMatMul', 'ConvInteger', 'QLinearConv', 'DynamicQuantizeMatMul'],
  ...['MatMulIntegerToFloat', 'QAttention', 'QGemm', 'MatMulNBits', 'GatherBlockQuantized'],
  ...['DequantizeLinear', 'DynamicQuantizeLSTM', 'QMoE', 'MatMulBnb4'],
])

/** Operators that carry large weights and that no pass here rewrites: named where they occur. */
const opaqueOps = new Set([
  ...[
    'Attention',
    'LSTM',
    'GRU',
    'RNN',
    'Einsum',
    'FusedMatMul',
    'FusedConv',
    'MultiHeadAttention',
  ],
  ...['EmbedLayerNormalization', 'FusedGemm', 'ConvTranspose', 'MoE', 'GroupQueryAttention'],
])

/** Every product with a float32 weight of rank 2 that nothing else uses, and what else there is with the reason why it is left alone. */
export function weightedProducts(graph: Graph, index = indexGraph(graph)): FoundProducts {
  const products: WeightedProduct[] = []
  const skipped: Skipped[] = []
  for (const node of graph.nodes) {
    const found = productOf(node, index)
    if (found === null) continue
    if ('why' in found) skipped.push(found)
    else products.push(found)
  }
  return { products, skipped: [...skipped, ...restOf(graph)] }
}

function productOf(node: Node, index: GraphIndex): WeightedProduct | Skipped | null {
  const plain = node.domain === '' && (node.opType === 'MatMul' || node.opType === 'Gemm')
  const [input = '', name = '', bias = ''] = node.inputs
  const weight = plain ? index.initializer(name) : undefined
  if (weight === undefined || weight.dims.length !== 2) return null
  const what = `${node.opType} '${node.name || node.outputs[0]}'`
  if (weight.dtype !== 'float32') return { what, why: `its weight is ${weight.dtype}` }
  if (index.initializer(input) !== undefined)
    return { what, why: 'it is a constant: fold it first' }
  if (intOf(node, 'transA', 0) !== 0) return { what, why: 'its activation comes turned' }
  const turned = intOf(node, 'transB', 0) !== 0
  const why = sharedOtherwise(weight, turned, index)
  if (why !== null) return { what, why }
  const [first = 0, second = 0] = weight.dims
  const [rows, columns] = turned ? [second, first] : [first, second]
  const [alpha, beta] = [floatOf(node, 'alpha', 1), floatOf(node, 'beta', 1)]
  if (bias !== '' && beta !== 1 && index.initializer(bias)?.dtype !== 'float32')
    return { what, why: `it adds ${beta} times a value that is not stored` }
  return { node, input, weight, turned, rows, columns, alpha, bias, beta }
}

/** Why a weight may not be replaced: somebody uses it in another way. */
function sharedOtherwise(weight: Tensor, turned: boolean, index: GraphIndex): string | null {
  if (index.isOutput(weight.name)) return `its weight '${weight.name}' is an output`
  for (const user of index.consumers(weight.name)) {
    const uses = user.inputs.filter((input) => input === weight.name).length
    const same =
      user.domain === '' &&
      (user.opType === 'MatMul' || user.opType === 'Gemm') &&
      user.inputs[1] === weight.name &&
      uses === 1 &&
      (intOf(user, 'transB', 0) !== 0) === turned &&
      intOf(user, 'transA', 0) === 0
    if (!same) return `its weight '${weight.name}' is shared with ${user.opType} '${user.name}'`
  }
  return null
}

/** What carries weights and is no product here: already quantized, fused, inside branches and loops. One line a kind. */
function restOf(graph: Graph): readonly Skipped[] {
  const counts = new Map<string, number>()
  const note = (why: string) => counts.set(why, (counts.get(why) ?? 0) + 1)
  for (const node of graph.nodes) {
    if (quantizedOps.has(node.opType)) note(`${node.opType}: already quantized`)
    if (opaqueOps.has(node.opType)) note(`${node.opType}: not known to this pass`)
    if (subgraphsOf(node).length > 0) note(`${node.opType}: its inner graphs are left as they are`)
  }
  return [...counts].map(([text, count]) => {
    const [what = '', why = ''] = text.split(': ')
    return { what: count === 1 ? what : `${count} x ${what}`, why }
  })
}

/** Lines for people. */
export function skippedText(skipped: readonly Skipped[]): readonly string[] {
  return skipped.map(({ what, why }) => `left alone: ${what}: ${why}`)
}

/** Number of weights of a product. */
export function weightCount({ weight }: WeightedProduct): number {
  return elementCount(weight.dims)
}
