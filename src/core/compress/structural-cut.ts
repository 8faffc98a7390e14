import { RightsizeError } from '../error/error.ts'
import { float32Tensor } from '../onnx/build.ts'
import { removeDead } from '../onnx/graph-edit.ts'
import { taken } from '../onnx/kept-entries.ts'
import type { Graph, Model, Tensor } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import type { ChannelStats, Stats } from './pass.ts'
import type { Dense } from './structural-anatomy.ts'

/** New tensors under old names; everything else of the graph stays. */
export function replaceTensors(graph: Graph, tensors: readonly Tensor[]): Graph {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const initializers = graph.initializers.map((tensor) => byName.get(tensor.name) ?? tensor)
  // Shapes stated for values that became narrower are no longer true.
  return { ...graph, initializers, valueInfo: [] }
}

/** A dense layer with only these outputs: its new weight and bias. */
export function keptOutputs(dense: Dense, kept: readonly number[]): readonly Tensor[] {
  const weight = taken(dense.weight, [dense.transposed ? 0 : 1], kept)
  return dense.bias === null ? [weight] : [weight, taken(dense.bias, [0], kept)]
}

/** A dense layer with only these inputs: its new weight. */
export function keptInputs(dense: Dense, kept: readonly number[]): Tensor {
  return taken(dense.weight, [dense.transposed ? 1 : 0], kept)
}

/** The weight as [in, out] doubles, row-major. */
export function inputRows(dense: Dense): Float64Array {
  const values = float32Of(dense.weight)
  const { inWidth, outWidth, transposed } = dense
  if (!transposed) return Float64Array.from(values)
  const out = new Float64Array(values.length)
  for (let o = 0; o < outWidth; o += 1)
    for (let i = 0; i < inWidth; i += 1) out[i * outWidth + o] = values[o * inWidth + i] ?? 0
  return out
}

/** The weight tensor from [in, out] values. */
export function weightOf(dense: Dense, rows: ArrayLike<number>, inWidth: number): Tensor {
  const { outWidth, transposed, weight } = dense
  if (!transposed) return float32Tensor(weight.name, [inWidth, outWidth], Float32Array.from(rows))
  const out = new Float32Array(inWidth * outWidth)
  for (let o = 0; o < outWidth; o += 1)
    for (let i = 0; i < inWidth; i += 1) out[o * inWidth + i] = rows[i * outWidth + o] ?? 0
  return float32Tensor(weight.name, [outWidth, inWidth], out)
}

/** Statistics of a value. Throws SHRINK_PASS where they were not collected. */
export function statsOf(stats: Stats, value: string): ChannelStats {
  const found = stats.get(value)
  if (found === undefined)
    throw new RightsizeError('SHRINK_PASS', `no statistics of '${value}' were given`)
  return found
}

/**
 * Energy that each input of a dense layer sends on: E[a^2] times the squared norm of its row; or, where a repair gives back what a removed
 * input sends on average, the energy of its fluctuation, (E[a^2] - E[a]^2) times that norm. Sources: Wanda (arXiv 2306.11695), by group;
 * FLAP (arXiv 2312.11983), eq. 5.
 */
export function channelEnergy(
  dense: Dense,
  { mean, secondMoment }: ChannelStats,
  fluctuation = false,
): Float64Array {
  const rows = inputRows(dense)
  const { outWidth } = dense
  return Float64Array.from({ length: dense.inWidth }, (_, i) => {
    let norm = 0
    for (let o = 0; o < outWidth; o += 1) norm += (rows[i * outWidth + o] as number) ** 2
    const spent = fluctuation ? (mean[i] ?? 0) ** 2 : 0
    return Math.max(0, (secondMoment[i] ?? 0) - spent) * norm
  })
}

/** The Taylor importance of a value's groups of channels. Throws SHRINK_PASS where it was not collected. */
export function taylorOf({ taylor }: ChannelStats, { input }: Dense): Float64Array {
  if (taylor === undefined)
    throw new RightsizeError('SHRINK_PASS', `no slopes by '${input}' were given`)
  return taylor
}

/** The `count` largest, as ascending positions; ties go to the earlier one. */
export function strongest(scores: ArrayLike<number>, count: number): readonly number[] {
  return Array.from(scores, (score, at) => ({ score, at }))
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, count)
    .map(({ at }) => at)
    .sort((a, b) => a - b)
}

/** The positions 0 .. size-1 that are not kept. */
export function removedOf(size: number, kept: readonly number[]): readonly number[] {
  const stays = new Set(kept)
  return Array.from({ length: size }, (_, at) => at).filter((at) => !stays.has(at))
}

/** The model with a changed graph, without what nothing uses any more. */
export function closed(model: Model, graph: Graph): Model {
  return { ...model, graph: removeDead({ ...graph, valueInfo: [] }).graph }
}
