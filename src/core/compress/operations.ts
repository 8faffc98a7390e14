import { intOf } from '../onnx/attributes.ts'
import { elementCount } from '../onnx/dtype.ts'
import type { Dim, Graph, Node, ValueInfo } from '../onnx/model.ts'
import { inferShapes } from '../onnx/shapes.ts'
import type { ValueFacts } from '../onnx/value-facts.ts'

/** Multiplications with an addition of one inference, with the sizes that open dims were given. */
export interface Operations {
  readonly multiplyAdds: number
  readonly batch: number
  readonly length: number
  /** Products and convolutions whose sizes could not be inferred: they are not in the sum. */
  readonly unknown: number
}

/** Length that open dims other than the batch are given: a longer sentence. */
const usualLength = 128

/** Multiply-adds of matrix products and convolutions for one item; everything else is small beside them. Inner graphs are not entered. */
export function multiplyAdds(graph: Graph, { batch = 1, length = usualLength } = {}): Operations {
  const fixed = (dim: Dim, axis: number): Dim => {
    if (typeof dim === 'number' && dim > 0) return dim
    return axis === 0 ? batch : length
  }
  const inputs = graph.inputs.map(
    (input): ValueInfo => ({ ...input, dims: input.dims?.map(fixed) ?? null }),
  )
  // Declared shapes keep their symbols: only what follows from the inputs counts.
  const facts = inferShapes({ ...graph, inputs, valueInfo: [], outputs: [] })
  let [sum, unknown] = [0, 0]
  for (const node of graph.nodes) {
    const count = countOf(node, facts)
    if (count === null) unknown += 1
    else sum += count
  }
  return { multiplyAdds: sum, batch, length, unknown }
}

/** 0 for what is no product; null for a product of unknown sizes. */
function countOf(node: Node, facts: ReadonlyMap<string, ValueFacts>): number | null {
  const dimsOf = (value: string | undefined) => known(facts.get(value ?? '')?.dims)
  const output = dimsOf(node.outputs[0])
  const [left, second] = [dimsOf(node.inputs[0]), dimsOf(node.inputs[1])]
  switch (node.opType) {
    case 'MatMul':
    case 'MatMulInteger':
      return output === null || left === null ? null : elementCount(output) * (left.at(-1) ?? 0)
    case 'MatMulNBits':
      return left === null ? null : elementCount(left) * intOf(node, 'N', 0)
    case 'Gemm': {
      const inner = left?.at(intOf(node, 'transA', 0) === 0 ? -1 : 0)
      return output === null || inner === undefined ? null : elementCount(output) * inner
    }
    case 'Conv':
    case 'ConvInteger':
      if (output === null || second === null) return null
      return elementCount(output) * elementCount(second.slice(1))
    default:
      return 0
  }
}

function known(dims: readonly Dim[] | null | undefined): readonly number[] | null {
  if (dims === null || dims === undefined) return null
  return dims.every((dim): dim is number => typeof dim === 'number') ? dims : null
}
