import { RightsizeError } from '../error/error.ts'
import { namesMadeBy, valuesUsed } from './graph-index.ts'
import type { Graph, Node } from './model.ts'
import { sparseNames } from './sparse.ts'
import { mapGraph, subgraphsOf } from './walk.ts'

/**
 * The graph with the nodes of every graph in it in an order that can be executed: the order that it had where that is one.
 * Throws ONNX_GRAPH, with the first problems named, for a graph that nothing can execute.
 */
export function executableGraph(graph: Graph): Graph {
  const sorted = mapGraph(graph, { graph: (one) => ({ ...one, nodes: sortNodes(one.nodes) }) })
  const problems = graphProblems(sorted)
  if (problems.length === 0) return sorted
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
  throw new RightsizeError('ONNX_GRAPH', `${problems.slice(0, 5).join('; ')}${more}`)
}

/**
 * What keeps a graph and the graphs inside it from being executed: values that no node computes, values computed twice, nodes that stand
 * before what they need. `outer` tells which names a surrounding graph provides.
 */
export function graphProblems(
  graph: Graph,
  outer: (value: string) => boolean = () => false,
): string[] {
  const own = new Set(namesMadeBy(graph))
  const known = (value: string) => value === '' || own.has(value) || outer(value)
  const missing = (value: string, user: string) =>
    known(value)
      ? []
      : [`'${value}' is used by ${user}, and no node, input or initializer has that name`]
  return [
    ...computedTwice(graph).map((value) => `'${value}' is computed more than once`),
    ...graph.nodes.flatMap((node) => [
      ...node.inputs.flatMap((value) => missing(value, describeNode(node))),
      ...subgraphsOf(node).flatMap((inner) => graphProblems(inner, known)),
    ]),
    ...graph.outputs.flatMap(({ name }) => missing(name, 'the outputs of the graph')),
    ...tooEarly(graph.nodes),
  ]
}

/** 'MatMul /encoder/query' or, without a name, 'MatMul that computes y'. */
function describeNode({ opType, name, outputs }: Node): string {
  return name === '' ? `${opType} that computes '${outputs[0] ?? ''}'` : `${opType} '${name}'`
}

/** An initializer may repeat an input: it is then the input's default (IR version 3). */
function computedTwice(graph: Graph): readonly string[] {
  const seen = new Set([...graph.inputs, ...graph.initializers].map(({ name }) => name))
  for (const name of sparseNames(graph)) seen.add(name)
  return graph.nodes
    .flatMap((node) => node.outputs)
    .filter((value) => value !== '' && (seen.has(value) || !seen.add(value)))
}

/** Nodes that stand before what they need; on a cycle one always does. */
function tooEarly(nodes: readonly Node[]): readonly string[] {
  const makers = makersOf(nodes)
  const done = new Set<Node>()
  return nodes.flatMap((node) => {
    const early = [...valuesUsed(node)].filter((value) => {
      const maker = makers.get(value)
      return maker !== undefined && !done.has(maker)
    })
    done.add(node)
    return early.map((value) => {
      const maker = makers.get(value) as Node
      return `${describeNode(node)} needs '${value}' before ${describeNode(maker)} computes it`
    })
  })
}

function makersOf(nodes: readonly Node[]): ReadonlyMap<string, Node> {
  return new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)))
}

/**
 * The nodes in an order in which each stands after what it needs, as near to theirs as that allows; nodes of a cycle in some order. Depth
 * first without recursion: a chain of 100,000 nodes must not end the stack.
 */
export function sortNodes(nodes: readonly Node[]): readonly Node[] {
  const makers = makersOf(nodes)
  const entered = new Set<Node>()
  const order: Node[] = []
  const enter = (node: Node) => {
    entered.add(node)
    return { node, needs: valuesUsed(node).values() }
  }
  for (const root of nodes) {
    const stack = entered.has(root) ? [] : [enter(root)]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { done, value } = top.needs.next()
      const maker = done ? undefined : makers.get(value)
      if (maker !== undefined && !entered.has(maker)) stack.push(enter(maker))
      if (!done) continue
      order.push(top.node)
      stack.pop()
    }
  }
  return order
}
