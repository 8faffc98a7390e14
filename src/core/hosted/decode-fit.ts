/** Parameters of a model, billions. */
export interface Size {
  readonly active: number
  readonly total: number
}

/**
 * GPU joules per output token: 0.0269 x S^0.876 x q(bits) x (batch / 64)^-0.50, with S = active^(1/3) x total^(2/3), in
 * billions: what a token computes with and what the GPUs must hold.
 * Source: log-linear least squares, every model family with the same weight, over 565 measured configurations of 26 models on
 * H100 and B200 (ML.ENERGY leaderboard v3, 2026-02-27; lm-arena-chat, gpqa, sourcegraph-fim). `npm run bench -- numbers api`
 * repeats the fit.
 */
export const decodeFit = { scale: 0.0269, size: 0.876, batch: 0.5, at: 64 } as const

/**
 * Error of the fit on a family that it has not seen, times. The batch alone moves the energy by 25 between 8 and 4,096
 * requests. Source: the same configurations, one family left out at a time: at least 86 % of each precision, task and family
 * inside without the batch, 92 % with it (`npm run bench -- numbers api`).
 */
export const decodeError = {
  unknownBatch: [0.21, 5],
  knownBatch: [0.4, 3.2],
} as const satisfies Record<string, readonly [number, number]>

/**
 * What fewer bits per weight do to the energy, times. 8 bits save nothing by themselves: on as many GPUs 0.88 to 1.61 times the
 * energy of 16 bits (median 1.07), on half as many 0.53 to 1.37 (median 0.73); 60 pairs of one model, GPU and batch in ML.ENERGY
 * v3. 4 bits were measured in no pair: half, as on a quarter of the GPUs (0.73 squared).
 */
const precisions: readonly (readonly [bits: number, factor: number])[] = [
  [4, 0.5],
  [8, 1],
]

/** Between the rows on a straight line over the logarithm of bits; beyond them their ends. */
export function precisionFactor(bits: number): number {
  const [[few, low] = [4, 1], [many, high] = [8, 1]] = precisions
  const at = Math.min(many, Math.max(few, bits))
  const part = Math.log(at / few) / Math.log(many / few)
  return low * (high / low) ** part
}

/** The size that orders energies: the geometric mean of active and total parameters, the total counted twice. */
export const effectiveSize = ({ active, total }: Size): number => Math.cbrt(active * total ** 2)

/** Effective sizes that were measured, billions: Llama 3.1 8B to Llama 3.1 405B. */
export const measuredSizes = { from: 8, to: 406 } as const

/** GPU joules of one output token; `batch` requests are answered at a time by one replica of the model. */
export function decodeJoules(size: Size, bits: number, batch: number): number {
  const { scale, size: power, batch: falls, at } = decodeFit
  return scale * effectiveSize(size) ** power * precisionFactor(bits) * (batch / at) ** -falls
}
