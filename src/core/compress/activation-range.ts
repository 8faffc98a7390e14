import { RightsizeError } from '../error/error.ts'
import type { ChannelStats, MagnitudeHistogram } from './pass.ts'

/** How the range of an activation is chosen from calibration. */
export type RangeMethod = 'minmax' | 'percentile' | 'entropy'

/** What a byte stands for: value = scale x (byte - zero). */
export interface ByteScale {
  readonly scale: number
  readonly zero: number
}

/** Share of the magnitudes that the percentile keeps. Source: NVIDIA, "Integer Quantization for Deep Learning Inference" (arXiv 2004.09602), 99.99 %. */
const keptShare = 0.9999

/** The range of a value, cut as the method says; it always holds 0. Throws SHRINK_PASS without the statistics. */
export function activationRange(
  { min, max, histogram }: ChannelStats,
  method: RangeMethod,
): { readonly low: number; readonly high: number } {
  const [low = 0, high = 0] = [min[0], max[0]]
  if (method === 'minmax') return { low: Math.min(0, low), high: Math.max(0, high) }
  if (histogram === undefined) {
    throw new RightsizeError('SHRINK_PASS', `${method} ranges need a histogram`)
  }
  const limit = method === 'percentile' ? percentileLimit(histogram) : entropyLimit(histogram)
  return { low: Math.max(-limit, Math.min(0, low)), high: Math.min(limit, Math.max(0, high)) }
}

/** Scale and zero point of unsigned bytes for a range. Source: onnx/docs/Operators.md, DynamicQuantizeLinear, the same rule. */
export function byteScale({
  low,
  high,
}: {
  readonly low: number
  readonly high: number
}): ByteScale {
  const scale = Math.fround((high - low) / 255) || 1
  const zero = Math.min(255, Math.max(0, Math.round(-low / scale)))
  return { scale, zero }
}

/** The smallest edge below which the kept share of magnitudes lies. */
export function percentileLimit({ limit, counts }: MagnitudeHistogram): number {
  const all = counts.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (const [bin, count] of counts.entries()) {
    seen += count
    if (seen >= keptShare * all) return (limit * (bin + 1)) / counts.length
  }
  return limit
}

/** Levels of a signed byte's positive half. */
const levels = 128

/**
 * The edge for which 128 levels say most about the distribution: among cuts at every eighth bin, the one whose quantised histogram is
 * nearest to the clipped one by Kullback-Leibler divergence. Source: Migacz, "8-bit Inference with TensorRT" (GTC 2017), slides 35 to 37.
 */
export function entropyLimit({ limit, counts }: MagnitudeHistogram): number {
  const tail = new Float64Array(counts.length + 1)
  for (let bin = counts.length - 1; bin >= 0; bin -= 1) {
    tail[bin] = (tail[bin + 1] ?? 0) + (counts[bin] ?? 0)
  }
  let best = { divergence: Number.POSITIVE_INFINITY, edge: counts.length }
  for (let edge = levels; edge <= counts.length; edge += 8) {
    const divergence = divergenceAt(counts, edge, tail[edge] ?? 0)
    if (divergence < best.divergence) best = { divergence, edge }
  }
  return (limit * best.edge) / counts.length
}

/** KL divergence of the clipped histogram from its 128-level form; what lies beyond the edge is counted into the last bin. */
function divergenceAt(counts: Float64Array, edge: number, outliers: number): number {
  const inside = counts.subarray(0, edge)
  const coarse = requantised(inside)
  const total = inside.reduce((sum, count) => sum + count, 0)
  if (total === 0) return Number.POSITIVE_INFINITY
  let divergence = 0
  for (let bin = 0; bin < edge; bin += 1) {
    const p = ((inside[bin] ?? 0) + (bin === edge - 1 ? outliers : 0)) / (total + outliers)
    const q = (coarse[bin] ?? 0) / total
    if (p === 0) continue
    if (q === 0) return Number.POSITIVE_INFINITY
    divergence += p * Math.log(p / q)
  }
  return divergence
}

/** 128 levels, spread again over the bins of each level that hold anything. */
function requantised(counts: Float64Array): Float64Array {
  const spread = new Float64Array(counts.length)
  for (let level = 0; level < levels; level += 1) {
    const start = Math.floor((level * counts.length) / levels)
    const end = Math.floor(((level + 1) * counts.length) / levels)
    const part = counts.subarray(start, end)
    const filled = part.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
    const sum = part.reduce((total, count) => total + count, 0)
    for (let bin = start; bin < end; bin += 1) {
      if ((counts[bin] ?? 0) > 0) spread[bin] = sum / filled
    }
  }
  return spread
}
