import type { Graph } from '../onnx/model.ts'
import type { Architecture, MaskInput } from './architecture.ts'
import {
  initialParameters,
  liftParameters,
  type ParameterSpec,
  type Parameters,
} from './parameters.ts'

/** Something that can be trained: graphs whose parameters are inputs, and the values to begin with. */
export interface Trainable {
  readonly specs: readonly ParameterSpec[]
  readonly start: Parameters
  readonly output: string
  readonly masks: readonly MaskInput[]
  graph(form: 'train' | 'infer'): Graph
}

/** An architecture with its first values drawn from `seed`, or with given ones. */
export function freshTrainable(
  architecture: Architecture,
  seed: number,
  start: Parameters = initialParameters(architecture.parameters, seed),
): Trainable {
  const { parameters: specs, output, masks } = architecture
  return { specs, start, output, masks, graph: (form) => architecture.graph(form) }
}

/** Any opset-18 graph, trained further in the named float32 initializers; it has no dropout. */
export function trainableGraph(graph: Graph, names: readonly string[], output: string): Trainable {
  const lifted = liftParameters(graph, names)
  return {
    specs: lifted.specs,
    start: lifted.values,
    output,
    masks: [],
    graph: () => lifted.graph,
  }
}
