import { statSync } from 'node:fs'
import { decodeModel } from '../../../core/onnx/decode.ts'
import { liftedConstants } from '../../../core/onnx/lift-constants.ts'
import type { Dtype, Graph } from '../../../core/onnx/model.ts'
import { bytesNow } from '../../files/read-file.ts'

/** What the weights of a model are. */
export interface Weights {
  readonly parameters: number
  /** The type that most weights have; two joined by `+` where the second holds a fifth or more. */
  readonly precision: string
}

/** Larger files are not read a second time: the copy would show as memory of the model. */
const largestRead = 64 * 1024 * 1024
/** A share from which a second type is worth telling. */
const notable = 0.2

const names: Readonly<Partial<Record<Dtype, string>>> = {
  float32: 'fp32',
  float64: 'fp64',
  float16: 'fp16',
  bfloat16: 'bf16',
  int8: 'int8',
  uint8: 'int8',
  int4: 'int4',
  uint4: 'int4',
}

/** Counts the weights in an .onnx file; null where it is too large to read twice or not to be decoded. */
export function weightsOf(file: string): Weights | null {
  if (statSync(file).size > largestRead) return null
  try {
    return countWeights(liftedConstants(decodeModel(bytesNow(file))).graph)
  } catch {
    return null // the engine has the last word on what can be loaded
  }
}

/** Initializers of number types that are weights; shapes, indices and scalars are not. */
export function countWeights(graph: Graph): Weights {
  const counts = new Map<string, number>()
  for (const { dtype, dims } of graph.initializers) {
    const name = names[dtype]
    const size = dims.reduce((product, dim) => product * dim, 1)
    if (name !== undefined && dims.length > 0) counts.set(name, (counts.get(name) ?? 0) + size)
  }
  const parameters = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a)
  const both = second !== undefined && second[1] >= notable * parameters
  return { parameters, precision: both ? `${first?.[0]}+${second[0]}` : (first?.[0] ?? 'unknown') }
}
