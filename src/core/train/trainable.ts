import { builtVersions } from '../onnx/build.ts'
import type { Graph } from '../onnx/model.ts'
import type { Architecture, MaskInput } from './architecture.ts'
import {
  initialParameters,
  liftParameters,
  type ParameterSpec,
  type Parameters,
  parameterTensors,
} from './parameters.ts'
import { atOpset18 } from './upgrade.ts'

/** Something that can be trained: graphs whose parameters are inputs, and the values to begin with. */
export interface Trainable {
  readonly specs: readonly ParameterSpec[]
  readonly start: Parameters
  readonly output: string
  readonly masks: readonly MaskInput[]
  /** Version of ai.onnx that the graphs are written in. */
  readonly opset: number
  graph(form: 'train' | 'infer'): Graph
}

/** An architecture with its first values drawn from `seed`, or with given ones. */
export function freshTrainable(
  architecture: Architecture,
  seed: number,
  start: Parameters = initialParameters(architecture.parameters, seed),
): Trainable {
  const { parameters: specs, output, masks } = architecture
  return {
    specs,
    start,
    output,
    masks,
    opset: builtVersions.opset,
    graph: (form) => architecture.graph(form),
  }
}

/** Any graph of opset 13 to 21, trained further in the named float32 initializers; it has no dropout. Models made from it have opset `trainable.opset`, at least 18. */
export function trainableGraph(
  graph: Graph,
  names: readonly string[],
  output: string,
  opset: number = builtVersions.opset,
): Trainable {
  const lifted = liftParameters(atOpset18(graph, opset), names)
  return {
    specs: lifted.specs,
    start: lifted.values,
    output,
    masks: [],
    opset: Math.max(opset, builtVersions.opset),
    graph: () => lifted.graph,
  }
}

/** The graph with trained values inside, as people run it. */
export function trainedGraph(trainable: Trainable, parameters: Parameters): Graph {
  const graph = trainable.graph('infer')
  const names = new Set(trainable.specs.map(({ name }) => name))
  return {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !names.has(name)),
    initializers: [...parameterTensors(trainable.specs, parameters), ...graph.initializers],
  }
}
