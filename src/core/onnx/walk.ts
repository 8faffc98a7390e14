import type { Attribute, Graph, Node, Tensor } from './model.ts'

/** The graphs inside a node's attributes (the branches of If, the bodies of Loop and Scan), in attribute order. */
export function subgraphsOf(node: Node): readonly Graph[] {
  return node.attributes.flatMap((attribute) => {
    if (attribute.kind === 'graph') return [attribute.value]
    return attribute.kind === 'graphs' ? attribute.value : []
  })
}

/** The graph and every graph inside it, outermost first. */
export function* graphsWithin(graph: Graph): Generator<Graph> {
  yield graph
  for (const node of graph.nodes) {
    for (const inner of subgraphsOf(node)) yield* graphsWithin(inner)
  }
}

/** Changes to apply to every graph, outer and inner, from the inside out. */
export interface GraphMap {
  /** Every initializer and every tensor in an attribute. */
  readonly tensor?: (tensor: Tensor) => Tensor
  /** Every node, after its attributes were mapped. */
  readonly node?: (node: Node) => Node
  /** Every graph, after its parts were mapped. */
  readonly graph?: (graph: Graph) => Graph
}

/** The graph with its parts replaced as the map says. */
export function mapGraph(graph: Graph, map: GraphMap): Graph {
  const { tensor = same, node = same, graph: whole = same } = map
  const nodes = graph.nodes.map((one) => {
    const attributes = one.attributes.map((attribute) => mapAttribute(attribute, map))
    return node({ ...one, attributes })
  })
  return whole({ ...graph, nodes, initializers: graph.initializers.map(tensor) })
}

function mapAttribute(attribute: Attribute, map: GraphMap): Attribute {
  const { tensor = same } = map
  if (attribute.kind === 'tensor') return { ...attribute, value: tensor(attribute.value) }
  if (attribute.kind === 'tensors') return { ...attribute, value: attribute.value.map(tensor) }
  if (attribute.kind === 'graph') return { ...attribute, value: mapGraph(attribute.value, map) }
  if (attribute.kind !== 'graphs') return attribute
  return { ...attribute, value: attribute.value.map((graph) => mapGraph(graph, map)) }
}

function same<T>(value: T): T {
  return value
}
