import { RightsizeError } from '../error/error.ts'
import { float32Tensor } from '../onnx/build.ts'
import { elementCount } from '../onnx/dtype.ts'
import type { Graph, Tensor, ValueInfo } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { fillNormal, seededRandom } from '../random/random.ts'

/** How a parameter begins. */
export type Initial =
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }

/** One trainable tensor of an architecture, float32, row-major. */
export interface ParameterSpec {
  readonly name: string
  readonly dims: readonly number[]
  readonly initial: Initial
}

/** Parameter values by name; every array is owned by whoever trains. */
export type Parameters = ReadonlyMap<string, Float32Array>

/** Number of trainable values. */
export function countParameters(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { dims }) => sum + elementCount(dims), 0)
}

/** Glorot and Bengio's normal start for a weight used as x W: variance 2 / (in + out). Source: AISTATS 2010, eq. 16, for a normal law. */
export function glorot(rows: number, columns: number): Initial {
  return { kind: 'normal', deviation: Math.sqrt(2 / (rows + columns)) }
}

function initialValues(
  { dims, initial }: ParameterSpec,
  seed: number,
  stream: number,
): Float32Array {
  const values = new Float32Array(elementCount(dims))
  if (initial.kind === 'ones') return values.fill(1)
  if (initial.kind === 'zeros') return values
  fillNormal(seededRandom(seed, stream), values, initial.deviation)
  return values
}

/** The first values of every parameter; each has its own stream, so that adding one changes no other. */
export function initialParameters(specs: readonly ParameterSpec[], seed: number): Parameters {
  return new Map(specs.map((spec, index) => [spec.name, initialValues(spec, seed, index)] as const))
}

/** Parameters as tensors of a model, in the order of the specs. */
export function parameterTensors(
  specs: readonly ParameterSpec[],
  parameters: Parameters,
): readonly Tensor[] {
  return specs.map(({ name, dims }) => {
    const values = parameters.get(name)
    if (values === undefined || values.length !== elementCount(dims))
      throw new RightsizeError(
        'TRAIN_PARAMETER',
        `values for "${name}" are missing or of the wrong size`,
        { at: name },
      )
    return float32Tensor(name, dims, values)
  })
}

/**
 * Takes the named float32 initializers out of a graph and makes them inputs, so that a session can be fed new values each step.
 * Returns the graph, the specs (their `initial` is not used) and the values they had.
 */
export function liftParameters(
  graph: Graph,
  names: readonly string[],
): {
  readonly graph: Graph
  readonly specs: readonly ParameterSpec[]
  readonly values: Parameters
} {
  const wanted = new Set(names)
  const lifted = graph.initializers.filter(({ name }) => wanted.has(name))
  for (const name of names) {
    const tensor = lifted.find((candidate) => candidate.name === name)
    if (tensor?.dtype !== 'float32')
      throw new RightsizeError('TRAIN_PARAMETER', `"${name}" is not a float32 initializer`, {
        at: name,
      })
  }
  const specs = lifted.map(
    ({ name, dims }): ParameterSpec => ({ name, dims, initial: { kind: 'zeros' } }),
  )
  const infos = specs.map(({ name, dims }): ValueInfo => ({ name, dtype: 'float32', dims }))
  const inputs = graph.inputs.filter(({ name }) => !wanted.has(name))
  return {
    graph: {
      ...graph,
      inputs: [...inputs, ...infos],
      initializers: graph.initializers.filter(({ name }) => !wanted.has(name)),
    },
    specs,
    values: new Map(lifted.map((tensor) => [tensor.name, float32Of(tensor).slice()])),
  }
}
