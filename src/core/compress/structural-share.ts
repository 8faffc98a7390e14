import type { GraphIndex } from '../onnx/graph-index.ts'
import type { Graph, Node } from '../onnx/model.ts'
import type { Artefact, Target } from './pass.ts'

/** Nodes of which a cut takes away the same fraction, 0..1, of the work. */
export interface Shrinking {
  readonly nodes: Iterable<Node>
  readonly fraction: number
}

/**
 * Share 0..1 of the model's CPU time that a cut is predicted to save: the measured shares of the nodes that shrink, times the fraction
 * by which they do. Without a measurement, or with one that knows none of these nodes, the share of the bytes that go.
 */
export function cpuShareOf(
  artefact: Artefact,
  target: Target,
  bytes: number,
  parts: readonly Shrinking[],
): number {
  let [known, sum] = [false, 0]
  for (const { nodes, fraction } of parts)
    for (const { name } of nodes) {
      const share = name === '' ? undefined : target.time?.get(name)
      known ||= share !== undefined
      sum += (share ?? 0) * fraction
    }
  return known ? Math.min(1, sum) : shareOfBytes(artefact, bytes)
}

/** Shares of a model's bytes are taken for shares of its CPU time where nothing was measured yet. */
export function shareOfBytes(artefact: Artefact, bytes: number): number {
  const total = artefact.model.graph.initializers.reduce((sum, one) => sum + one.byteLength, 0)
  return total === 0 ? 0 : Math.min(1, bytes / total)
}

/** Every node on a way from one of the values `from` to the value `to`. */
export function nodesBetween(
  graph: Graph,
  index: GraphIndex,
  from: readonly string[],
  to: string,
): ReadonlySet<Node> {
  const reached = new Set(from)
  const last = index.producer(to)
  const end = last === undefined ? -1 : index.position(last)
  const after = graph.nodes
    .slice(0, end + 1)
    .filter((node) => {
      if (!node.inputs.some((input) => reached.has(input))) return false
      for (const output of node.outputs) reached.add(output)
      return true
    })
    .toReversed()
  const needed = new Set([to])
  return new Set(
    after.filter((node) => {
      if (!node.outputs.some((output) => needed.has(output))) return false
      for (const input of node.inputs) needed.add(input)
      return true
    }),
  )
}
