import { normalQuantile } from './special-functions.ts'

/** Kullback-Leibler divergence of Bernoulli(p) from Bernoulli(q), in nats. */
export function bernoulliKl(p: number, q: number): number {
  const part = (x: number, y: number) => (x === 0 ? 0 : x * Math.log(x / y))
  return part(p, q) + part(1 - p, 1 - q)
}

/**
 * Items after which the betting e-process is expected to reach 1/alpha when the true mean is p and the bar q:
 * (ln(1/alpha) + 1.6) / KL(p, q), within about 15 % of simulated means; the 90th percentile is about 1.6 times it
 * (selection study 2.2).
 */
export function itemsToCertifyMean(p: number, q: number, alpha: number): number {
  return (Math.log(1 / alpha) + 1.6) / bernoulliKl(p, q)
}

/**
 * Pairs after which the paired e-process is expected to reach 1/alpha: 2 d (ln(1/alpha) + 1.6) / gap^2, with d the
 * share of items on which the two differ and gap the distance of the true loss from the margin (selection study 2.2).
 */
export function pairsToCertify(disagreement: number, gap: number, alpha: number): number {
  return (2 * disagreement * (Math.log(1 / alpha) + 1.6)) / (gap * gap)
}

/**
 * Pairs that a fixed-size test at level alpha needs to show a gap with the given power, normal approximation:
 * (z_alpha + z_power)^2 x variance / gap^2, variance = disagreement - loss^2 (Connor 1987, for paired proportions).
 */
export function pairsForPower(variance: number, gap: number, alpha: number, power: number): number {
  const z = normalQuantile(1 - alpha) + normalQuantile(power)
  return (z * z * variance) / (gap * gap)
}

/** Smallest n at which zero losses among n items exclude a loss of `margin`: (1 - margin)^n <= alpha. */
export function itemsForZeroLosses(margin: number, alpha: number): number {
  return Math.ceil(Math.log(alpha) / Math.log1p(-margin))
}
