import type { HostTensor } from './host-tensor.ts'
import type { Attribute, Graph, Model, Node, Tensor } from './model.ts'
import { tensorOf } from './tensor-values.ts'
import { mapGraph } from './walk.ts'

/** IR from which an initializer need not be an input (ONNX's docs/IR.md). Earlier files gain nothing else by it. */
const freeInitializers = 4

/**
 * The model with the values of its Constant nodes as initializers, in inner graphs too. The two mean the same. TorchScript, Optimum and
 * Paddle write weights as Constant nodes; everything that looks for weights looks among initializers.
 */
export function liftedConstants(model: Model): Model {
  let count = 0
  const graph = mapGraph(model.graph, {
    graph(one) {
      const lifted = lift(one)
      count += one.nodes.length - lifted.nodes.length
      return lifted
    },
  })
  if (count === 0) return model
  return { ...model, graph, irVersion: Math.max(freeInitializers, model.irVersion) }
}

function lift(graph: Graph): Graph {
  // The output of a graph is made by a node.
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const values: Tensor[] = []
  const nodes = graph.nodes.filter((node) => {
    const [name = ''] = node.outputs
    const value = outputs.has(name) ? undefined : constantOf(node, name)
    if (value !== undefined) values.push(value)
    return value === undefined
  })
  if (values.length === 0) return graph
  return { ...graph, nodes, initializers: [...graph.initializers, ...values] }
}

/** The value of a Constant node under the name of its output; undefined for other nodes, and for sparse values and texts. */
function constantOf({ opType, domain, attributes }: Node, name: string): Tensor | undefined {
  const [attribute] = attributes
  if (opType !== 'Constant' || domain !== '' || attribute === undefined) return undefined
  if (attribute.kind === 'tensor') return { ...attribute.value, name }
  const values = numbersOf(attribute)
  return values === undefined ? undefined : tensorOf(name, values)
}

function numbersOf(attribute: Attribute): HostTensor | undefined {
  switch (attribute.kind) {
    case 'float':
      return { dtype: 'float32', dims: [], data: Float32Array.of(attribute.value) }
    case 'floats':
      return float32(attribute.value)
    case 'int':
      return { dtype: 'int64', dims: [], data: BigInt64Array.of(attribute.value) }
    case 'ints':
      return int64(attribute.value)
    default:
      return undefined
  }
}

const float32 = (values: readonly number[]): HostTensor => ({
  ...{ dtype: 'float32', dims: [values.length] },
  data: Float32Array.from(values),
})

const int64 = (values: readonly bigint[]): HostTensor => ({
  ...{ dtype: 'int64', dims: [values.length] },
  data: BigInt64Array.from(values),
})
