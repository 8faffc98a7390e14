import { float32Tensor } from '../onnx/build.ts'
import type { Tensor } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { leastSquares, meanContribution } from './least-squares.ts'
import type { Proposal, StatRequest, Stats } from './pass.ts'
import type { Dense } from './structural-anatomy.ts'
import { inputRows, keptInputs, removedOf, statsOf, weightOf } from './structural-cut.ts'

/** How a cut is repaired from statistics, without training. */
export type CutRepair = 'none' | 'bias' | 'least-squares'

export const repairOf = (proposal: Proposal): CutRepair => {
  const { repair } = proposal.params
  return repair === 'bias' || repair === 'least-squares' ? repair : 'none'
}

/**
 * The consumer of cut inputs, with its weight (and bias, where it has one) repaired as asked: `bias` adds what the removed inputs gave on
 * average; `least-squares` refits the weight to the Gram matrix, around the means where there is a bias.
 */
export function repairedInputs(
  dense: Dense,
  kept: readonly number[],
  stats: Stats,
  repair: CutRepair,
): readonly Tensor[] {
  if (repair === 'none' || (repair === 'bias' && dense.bias === null))
    return [keptInputs(dense, kept)]
  const { inWidth, outWidth, bias } = dense
  const { mean, gram } = statsOf(stats, dense.input)
  const rows = inputRows(dense)
  const removed = removedOf(inWidth, kept)
  const shift = meanContribution(mean, rows, outWidth, removed)
  if (repair === 'bias' || gram === null || bias === null)
    return [
      repair === 'least-squares' && gram !== null
        ? weightOf(dense, leastSquares(gram, rows, dense, kept, removed), kept.length)
        : keptInputs(dense, kept),
      ...(bias === null ? [] : [shifted(bias, shift)]),
    ]
  const refitted = leastSquares(covariance(gram, mean, inWidth), rows, dense, kept, removed)
  for (const [line, row] of kept.entries())
    for (let o = 0; o < outWidth; o += 1)
      shift[o] =
        (shift[o] ?? 0) +
        (mean[row] ?? 0) * ((rows[row * outWidth + o] ?? 0) - (refitted[line * outWidth + o] ?? 0))
  return [weightOf(dense, refitted, kept.length), shifted(bias, shift)]
}

function covariance(gram: Float64Array, mean: Float64Array, width: number): Float64Array {
  const out = Float64Array.from(gram)
  for (let i = 0; i < width; i += 1)
    for (let j = 0; j < width; j += 1)
      out[i * width + j] = (out[i * width + j] ?? 0) - (mean[i] ?? 0) * (mean[j] ?? 0)
  return out
}

function shifted(bias: Tensor, shift: Float64Array): Tensor {
  const values = float32Of(bias).map((value, at) => value + (shift[at] ?? 0))
  return float32Tensor(bias.name, bias.dims, values)
}

/** Kinds of statistics that a cut and its repair read: importance and bias need sums alone. */
export const statKindOf = (repair: CutRepair): StatRequest['kind'] =>
  repair === 'least-squares' ? 'gram' : 'energy'
