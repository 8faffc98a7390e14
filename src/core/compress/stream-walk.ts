import type { GraphIndex } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import type { ValueFacts } from '../onnx/value-facts.ts'

/** A normalisation over the channels: `input` is divided by its spread over them (its root mean square where not `centred`), times `scale`. */
export interface StreamNorm {
  readonly input: string
  readonly scale: Tensor
  readonly centred: boolean
  /** What is added to the variance: the attribute of this node, or a constant that serves nothing else; null where it cannot be changed. */
  readonly epsilon: { readonly node: Node } | { readonly tensor: Tensor } | null
}

/** What is known of the residual stream while it is followed through a graph. */
export interface Walk {
  readonly graph: Graph
  readonly index: GraphIndex
  readonly facts: ReadonlyMap<string, ValueFacts>
  readonly width: number
  readonly values: Set<string>
  readonly open: Node[]
  /** By tensor name: axes that each node needs cut. */
  readonly cuts: Map<string, Map<Node, Set<number>>>
  readonly norms: Map<Node, StreamNorm>
  readonly reshapes: Set<Node>
  readonly touched: Set<Node>
}

/** Why the walk cannot go on; null where it can. */
export type Refusal = string | null
export type Rule = (walk: Walk, node: Node) => Refusal

export const labelOf = (node: Node): string =>
  `${node.opType} '${node.name || node.outputs[0]}' at the residual stream`

/** Takes a value or a constant into the stream. */
export function joined(walk: Walk, name: string, by?: Node): Refusal {
  const { index, values, open, width } = walk
  const constant = index.initializer(name)
  if (constant !== undefined && by !== undefined) return cut(walk, by, constant, -1)
  if (values.has(name)) return null
  const producer = index.producer(name)
  if (producer === undefined) return `'${name}' comes from outside and holds the residual stream`
  if (index.isOutput(name)) return `'${name}' is an output and holds the residual stream`
  const last = lastDim(walk, name)
  if (typeof last === 'number' && last !== width)
    return `'${name}' is ${last} wide, the residual stream ${width}`
  values.add(name)
  open.push(producer, ...index.consumers(name))
  return null
}

export function allJoined(walk: Walk, node: Node, names: readonly (string | undefined)[]): Refusal {
  for (const name of names) {
    const refusal = name === undefined || name === '' ? null : joined(walk, name, node)
    if (refusal !== null) return refusal
  }
  return null
}

/** Marks an axis of a constant, counted from the end where negative. */
export function cut(walk: Walk, node: Node, tensor: Tensor, axis: number): Refusal {
  const at = axis < 0 ? tensor.dims.length + axis : axis
  if (tensor.dtype !== 'float32') return `'${tensor.name}' is ${tensor.dtype}`
  if (tensor.dims[at] !== walk.width)
    return `'${tensor.name}' is ${tensor.dims[at]} wide, the residual stream ${walk.width}`
  const byNode = walk.cuts.get(tensor.name) ?? new Map<Node, Set<number>>()
  walk.cuts.set(tensor.name, byNode)
  byNode.set(node, (byNode.get(node) ?? new Set()).add(at))
  return null
}

export const rankOf = ({ facts }: Walk, name: string): number | null =>
  facts.get(name)?.dims?.length ?? null

export const lastDim = ({ facts }: Walk, name: string) => facts.get(name)?.dims?.at(-1) ?? null
