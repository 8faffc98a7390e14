import { RightsizeError } from '../error/error.ts'
import { namesMadeBy, valuesUsed } from './graph-index.ts'
import type { Graph, Node } from './model.ts'
import { sparseNames } from './sparse.ts'
import { subgraphsOf } from './walk.ts'

/** One thing that keeps a graph from being executed. */
export type GraphProblem =
  | { readonly kind: 'missing'; readonly value: string; readonly usedBy: string }
  | { readonly kind: 'twice'; readonly value: string }
  | { readonly kind: 'cycle'; readonly nodes: readonly string[] }
  | { readonly kind: 'order'; readonly node: string; readonly value: string }

/**
 * What is wrong with a graph and the graphs inside it: values that nothing makes, values made twice, cycles (with the nodes on them),
 * and nodes that stand before what they need. `outer` says which names a surrounding graph gives.
 */
export function graphProblems(
  graph: Graph,
  outer: (value: string) => boolean = () => false,
): GraphProblem[] {
  const own = new Set(namesMadeBy(graph))
  const made = (value: string) => own.has(value) || outer(value)
  const problems: GraphProblem[] = [...madeTwice(graph)]
  for (const node of graph.nodes) {
    for (const value of node.inputs) {
      if (value !== '' && !made(value)) {
        problems.push({ kind: 'missing', value, usedBy: describeNode(node) })
      }
    }
    for (const inner of subgraphsOf(node)) problems.push(...graphProblems(inner, made))
  }
  for (const { name } of graph.outputs) {
    if (!made(name))
      problems.push({ kind: 'missing', value: name, usedBy: 'the outputs of the graph' })
  }
  return [...problems, ...orderProblems(graph)]
}

/** Throws ONNX_GRAPH with the first problems named; returns when there are none. */
export function checkGraph(graph: Graph): void {
  const problems = graphProblems(graph)
  if (problems.length === 0) return
  const shown = problems.slice(0, 5).map(describeProblem).join('; ')
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
  throw new RightsizeError('ONNX_GRAPH', `${shown}${more}`)
}

/** The problem in words. */
export function describeProblem(problem: GraphProblem): string {
  if (problem.kind === 'missing') {
    return `'${problem.value}' is used by ${problem.usedBy} and nothing makes it: no node, input or initializer has that name`
  }
  if (problem.kind === 'twice') return `'${problem.value}' is made more than once`
  if (problem.kind === 'cycle') return `the nodes ${problem.nodes.join(' -> ')} need each other`
  return `${problem.node} stands before the node that makes '${problem.value}'`
}

/** 'MatMul /encoder/query' or, without a name, 'MatMul that makes y'. */
export function describeNode(node: Node): string {
  return node.name === ''
    ? `${node.opType} that makes '${node.outputs[0] ?? ''}'`
    : `${node.opType} '${node.name}'`
}

function madeTwice(graph: Graph): GraphProblem[] {
  // An initializer may repeat an input: it is then the input's default (IR version 3).
  const seen = new Set([...graph.inputs, ...graph.initializers].map(({ name }) => name))
  for (const name of sparseNames(graph)) seen.add(name)
  const problems: GraphProblem[] = []
  for (const value of graph.nodes.flatMap((node) => node.outputs)) {
    if (value === '') continue
    if (seen.has(value)) problems.push({ kind: 'twice', value })
    seen.add(value)
  }
  return problems
}

/** A cycle if there is one, else the nodes that stand too early. */
function orderProblems(graph: Graph): GraphProblem[] {
  const makers = makersOf(graph)
  const positions = new Map(graph.nodes.map((node, at) => [node, at]))
  const early: GraphProblem[] = []
  for (const [at, node] of graph.nodes.entries()) {
    for (const value of valuesUsed(node)) {
      const maker = makers.get(value)
      if (maker !== undefined && (positions.get(maker) ?? 0) >= at) {
        early.push({ kind: 'order', node: describeNode(node), value })
      }
    }
  }
  if (early.length === 0) return []
  const sorted = sortNodes(graph.nodes)
  return sorted.cycle === null ? early : [{ kind: 'cycle', nodes: sorted.cycle.map(describeNode) }]
}

function makersOf(graph: { readonly nodes: readonly Node[] }): Map<string, Node> {
  const makers = new Map<string, Node>()
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== '') makers.set(output, node)
  }
  return makers
}

/** The nodes in an order in which each stands after what it needs (stable), or the nodes of one cycle. */
export function sortNodes(
  nodes: readonly Node[],
):
  | { readonly order: readonly Node[]; readonly cycle: null }
  | { readonly order: null; readonly cycle: readonly Node[] } {
  const makers = makersOf({ nodes })
  const state = new Map<Node, 'open' | 'done'>()
  const order: Node[] = []
  for (const root of nodes) {
    const cycle = visit(root, makers, state, order)
    if (cycle !== null) return { order: null, cycle }
  }
  return { order, cycle: null }
}

/** Depth first without recursion: a chain of 100,000 nodes must not end the stack. Returns a cycle or null. */
function visit(
  root: Node,
  makers: ReadonlyMap<string, Node>,
  state: Map<Node, 'open' | 'done'>,
  order: Node[],
): readonly Node[] | null {
  if (state.get(root) === 'done') return null
  const stack = [{ node: root, needs: needsOf(root, makers) }]
  state.set(root, 'open')
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { done, value: next } = top.needs.next()
    if (done) {
      state.set(top.node, 'done')
      order.push(top.node)
      stack.pop()
    } else if (state.get(next) === 'open') {
      const path = stack.map(({ node }) => node)
      return [...path.slice(path.indexOf(next)), next]
    } else if (state.get(next) === undefined) {
      state.set(next, 'open')
      stack.push({ node: next, needs: needsOf(next, makers) })
    }
  }
  return null
}

function* needsOf(node: Node, makers: ReadonlyMap<string, Node>): Generator<Node, undefined> {
  for (const value of valuesUsed(node)) {
    const maker = makers.get(value)
    if (maker !== undefined) yield maker
  }
  return undefined
}
