import { removeDead } from '../onnx/graph-edit.ts'
import type { Graph, Model, Node, Tensor } from '../onnx/model.ts'

/** A change of a graph: nodes replaced at their place, tensors added; whatever is dead afterwards goes. */
export interface Rewrite {
  readonly replaced: ReadonlyMap<Node, readonly Node[]>
  readonly initializers: readonly Tensor[]
  /** Operator sets that the new nodes need beside those that are there. */
  readonly opsets?: Readonly<Record<string, number>>
}

/** From this version on initializers need not be inputs too. Source: onnx/docs/IR.md. */
const freeInitializers = 4

/**
 * The model with the change made. Constants that only replaced nodes used are gone, also where old files list them as inputs, and with
 * them the declared shapes of values that are gone.
 */
export function rewritten(model: Model, { replaced, initializers, opsets = {} }: Rewrite): Model {
  const nodes = model.graph.nodes.flatMap((node) => replaced.get(node) ?? [node])
  const graph = {
    ...model.graph,
    nodes,
    initializers: [...model.graph.initializers, ...initializers],
  }
  const live = withoutStaleInputs(model.graph, removeDead(graph).graph)
  const missing = Object.entries(opsets).filter(([domain]) => model.opsets[domain] === undefined)
  return {
    ...model,
    irVersion: Math.max(model.irVersion, freeInitializers),
    opsets: { ...model.opsets, ...Object.fromEntries(missing) },
    graph: live,
  }
}

/** Inputs that were defaults and have lost their tensor would become inputs that callers must feed. */
function withoutStaleInputs(before: Graph, after: Graph): Graph {
  const had = new Set(before.initializers.map(({ name }) => name))
  const has = new Set(after.initializers.map(({ name }) => name))
  const inputs = after.inputs.filter(({ name }) => !had.has(name) || has.has(name))
  return { ...after, inputs }
}
