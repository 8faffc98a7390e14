import { intsOf } from '../onnx/attributes.ts'
import type { Dims } from '../onnx/dims.ts'
import type { Graph, Node } from '../onnx/model.ts'
import { inferShapes } from '../onnx/shapes.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { numbersIn } from '../onnx/value-facts.ts'

/** What is known of a graph's values before a run; callers fall back to shapes computed inside the graph. */
export interface KnownDims {
  /** Dims of a value; undefined where its rank is not known. */
  of(name: string): Dims | undefined
  /** Values of a small integer tensor, a shape or a list of axes; undefined where one of them is not known. */
  ints(name: string): readonly number[] | undefined
  /** The value of a constant float32 tensor of one element, else undefined. */
  number(name: string): number | undefined
}

/** The known dims of a graph. Nodes must be in topological order. */
export function knownDims(graph: Graph): KnownDims {
  const facts = inferShapes(graph)
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  return {
    of: (name) => facts.get(name)?.dims ?? undefined,
    ints: (name) => numbersIn(facts.get(name)?.content),
    number(name) {
      const tensor = constants.get(name)
      const single = tensor?.dtype === 'float32' && tensor.byteLength === 4
      return single ? float32Of(tensor)[0] : undefined
    },
  }
}

/** Axes of a Reduce, Squeeze or Unsqueeze node, from the attribute or the constant input; undefined when they are not known, [] when none are given. */
export function axesOf(node: Node, known: Pick<KnownDims, 'ints'>): readonly number[] | undefined {
  const attribute = intsOf(node, 'axes')
  if (attribute !== undefined) return attribute
  const input = node.inputs[1]
  return input === undefined || input === '' ? [] : known.ints(input)
}
