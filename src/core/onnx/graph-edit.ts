import { capturedBy, indexGraph, valuesUsed } from './graph-index.ts'
import { writerFor } from './graph-writer.ts'
import type { Graph, Node } from './model.ts'

/** What `removeDead` took out. */
export interface Removed {
  readonly graph: Graph
  readonly nodes: readonly Node[]
  readonly initializers: readonly string[]
}

/**
 * The graph without nodes and initializers that no output depends on, and what was removed. Inputs stay, used or not: they are the
 * model's signature. Graphs inside nodes are left whole.
 */
export function removeDead(graph: Graph): Removed {
  const { producer } = indexGraph(graph)
  const alive = new Set<Node>()
  const values = new Set<string>()
  const open = graph.outputs.map(({ name }) => name)
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (values.has(value)) continue
    values.add(value)
    const node = producer(value)
    if (node === undefined || alive.has(node)) continue
    alive.add(node)
    open.push(...valuesUsed(node))
  }
  const keeps = (name: string) => values.has(name)
  const nodes = graph.nodes.filter((node) => !alive.has(node))
  const initializers = graph.initializers.filter(({ name }) => !keeps(name))
  const made = new Set(nodes.flatMap((node) => node.outputs))
  const kept: Graph = {
    ...graph,
    nodes: graph.nodes.filter((node) => alive.has(node)),
    initializers: graph.initializers.filter(({ name }) => keeps(name)),
    valueInfo: graph.valueInfo.filter(({ name }) => !made.has(name)),
  }
  return { graph: kept, nodes, initializers: initializers.map(({ name }) => name) }
}

/**
 * The graph with values renamed everywhere: nodes, graphs inside them, inputs, outputs, initializers. An inner graph that makes a value
 * of the same name itself keeps its own.
 */
export function renameValues(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const rename = (value: string) => names.get(value) ?? value
  const named = <T extends { readonly name: string }>(one: T): T => ({
    ...one,
    name: rename(one.name),
  })
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renameNode(node, names)),
    initializers: graph.initializers.map(named),
    inputs: graph.inputs.map(named),
    outputs: graph.outputs.map(named),
    valueInfo: graph.valueInfo.map(named),
  }
}

function renameNode(node: Node, names: ReadonlyMap<string, string>): Node {
  const rename = (value: string) => names.get(value) ?? value
  const attributes = node.attributes.map((attribute) => {
    if (attribute.kind === 'graph')
      return { ...attribute, value: renameInner(attribute.value, names) }
    if (attribute.kind !== 'graphs') return attribute
    return { ...attribute, value: attribute.value.map((inner) => renameInner(inner, names)) }
  })
  return { ...node, attributes, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }
}

function renameInner(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const captured = capturedBy(graph)
  return renameValues(graph, new Map([...names].filter(([from]) => captured.has(from))))
}

/** A function that gives names which the graph, its inner graphs included, does not use: `base`, `base_1`, ... */
export const freshNames = (graph: Graph): ((base: string) => string) => writerFor(graph).fresh
