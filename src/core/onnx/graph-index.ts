import type { Graph, Node, Tensor, ValueInfo } from './model.ts'
import { sparseNames } from './sparse.ts'
import { graphsWithin, subgraphsOf } from './walk.ts'

/** Who makes and who uses each value of one graph. */
export interface GraphIndex {
  /** The node that makes the value, or undefined for inputs and initializers. */
  producer(value: string): Node | undefined
  /** The nodes that use the value, also from a graph inside them; one entry a node, in graph order. */
  consumers(value: string): readonly Node[]
  initializer(value: string): Tensor | undefined
  input(value: string): ValueInfo | undefined
  isOutput(value: string): boolean
  /** Position in `graph.nodes`; -1 for a node of another graph. */
  position(node: Node): number
}

/** The index of a graph as it is now; it does not follow changes. */
export function indexGraph(graph: Graph): GraphIndex {
  const producers = new Map<string, Node>()
  const consumers = new Map<string, Node[]>()
  const positions = new Map<Node, number>()
  for (const [at, node] of graph.nodes.entries()) {
    positions.set(node, at)
    for (const output of node.outputs) if (output !== '') producers.set(output, node)
    for (const value of valuesUsed(node)) {
      const users = consumers.get(value)
      if (users === undefined) consumers.set(value, [node])
      else users.push(node)
    }
  }
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  const inputs = new Map(graph.inputs.map((value) => [value.name, value]))
  const outputs = new Set(graph.outputs.map((value) => value.name))
  return {
    producer: (value) => producers.get(value),
    consumers: (value) => consumers.get(value) ?? [],
    initializer: (value) => initializers.get(value),
    input: (value) => inputs.get(value),
    isOutput: (value) => outputs.has(value),
    position: (node) => positions.get(node) ?? -1,
  }
}

/** Every value that a node needs: its inputs, and what the graphs inside it take from outside. */
export function valuesUsed(node: Node): ReadonlySet<string> {
  const used = new Set(node.inputs.filter((input) => input !== ''))
  for (const inner of subgraphsOf(node)) for (const value of capturedBy(inner)) used.add(value)
  return used
}

/** The values that an inner graph uses and does not make itself. */
export function capturedBy(graph: Graph): ReadonlySet<string> {
  const own = new Set<string>(namesMadeBy(graph))
  const captured = new Set<string>()
  const use = (value: string) => {
    if (value !== '' && !own.has(value)) captured.add(value)
  }
  for (const node of graph.nodes) for (const value of valuesUsed(node)) use(value)
  for (const output of graph.outputs) use(output.name)
  return captured
}

/** Inputs, initializers (sparse ones too) and node outputs of a graph. */
export function* namesMadeBy(graph: Graph): Generator<string> {
  for (const input of graph.inputs) yield input.name
  for (const tensor of graph.initializers) yield tensor.name
  yield* sparseNames(graph)
  for (const node of graph.nodes) yield* node.outputs.filter((output) => output !== '')
}

/** Every name in the graph and the graphs inside it: new names must avoid them. */
export function* takenNames(graph: Graph): Generator<string> {
  for (const one of graphsWithin(graph)) {
    yield* namesMadeBy(one)
    for (const { name } of one.outputs) yield name
  }
}
