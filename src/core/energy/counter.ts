/** One reading of a counter that only grows, in J. */
export interface CounterReading {
  readonly joules: number
  readonly atS: number
}

/**
 * What a counter counted between two readings, J. A counter that shows less than before has started again from 0 after
 * `range`: one turn is added. More than one turn between readings cannot be seen; read often enough (`turnS`).
 * Source: Linux powercap, max_energy_range_uj.
 */
export function counterDelta(before: number, after: number, range: number): number {
  return after >= before ? after - before : range - before + after
}

/** Seconds after which a counter must be read again so that no turn is missed, at a power it will not exceed. */
export function turnS(rangeJ: number, maxWatts: number): number {
  return rangeJ / maxWatts / 2
}

/** Sum of deltas over all readings, J; 0 for fewer than two. */
export function totalCounted(readings: readonly number[], range: number): number {
  let total = 0
  for (let i = 1; i < readings.length; i++)
    total += counterDelta(readings[i - 1] ?? 0, readings[i] ?? 0, range)
  return total
}

export interface PowerSample {
  readonly watts: number
  readonly atS: number
}

/** Energy under polled power by trapezoids, J; null for fewer than two samples, because one says nothing about time. */
export function integratePower(samples: readonly PowerSample[]): number | null {
  if (samples.length < 2) return null
  let joules = 0
  for (let i = 1; i < samples.length; i++) {
    const a = samples[i - 1]
    const b = samples[i]
    if (a && b) joules += ((a.watts + b.watts) / 2) * (b.atS - a.atS)
  }
  return joules
}
