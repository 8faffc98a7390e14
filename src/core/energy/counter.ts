/**
 * What a counter counted between two readings, J. A counter that shows less than before has started again from 0 after
 * `range`: one turn is added, and null where the range is unknown. More than one turn between readings cannot be seen; read
 * often enough (`turnS`). Source: Linux powercap, max_energy_range_uj.
 */
export function counterDelta(before: number, after: number, range: number | null): number | null {
  if (after >= before) return after - before
  return range === null ? null : range - before + after
}

/** Seconds after which a counter must be read again so that no turn is missed, at a power it will not exceed. */
export function turnS(rangeJ: number, maxWatts: number): number {
  return rangeJ / maxWatts / 2
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
