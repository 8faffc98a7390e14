/** Answers that a choice will serve within its horizon; null where no volume is declared. */
export const trafficOf = (declared: {
  readonly volumePerMonth: number | null
  readonly horizonMonths: number
}): number | null =>
  declared.volumePerMonth === null ? null : declared.volumePerMonth * declared.horizonMonths

/**
 * How much wider a bound of the long-run loss must be to hold for the loss that the next `traffic` items show: their own
 * chance adds variance v / traffic to the v / n of the labels, so sqrt(1 + n / traffic) (the usual prediction interval;
 * Hahn and Meeker 1991, chapter 4). `traffic` null: the long run, 1.
 */
export function trafficFactor(n: number, traffic: number | null): number {
  return traffic === null ? 1 : Math.sqrt(1 + n / Math.max(1, traffic))
}
