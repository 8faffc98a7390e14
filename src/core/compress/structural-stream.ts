import { intOf } from '../onnx/attributes.ts'
import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import { inferShapes } from '../onnx/shapes.ts'
import { streamRules } from './stream-rules.ts'
import { joined, labelOf, type Refusal, type StreamNorm, type Walk } from './stream-walk.ts'
import { type Dense, denseFrom } from './structural-anatomy.ts'

/** A constant of the graph with the axes that hold the channels of the stream. */
export interface StreamTensor {
  readonly tensor: Tensor
  readonly axes: readonly number[]
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
    const rule =
      known && Object.hasOwn(streamRules, node.opType) ? streamRules[node.opType] : undefined
    walk.touched.add(node)
    const refusal = rule === undefined ? `${labelOf(node)} is unknown` : rule(walk, node)
    if (refusal !== null) return refusal
  }
  return null
}

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
