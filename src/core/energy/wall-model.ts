import type { Known } from '../unit/estimate.ts'
import { within } from '../unit/known.ts'
import { type ModeledMachine, smallThreads } from './cpu-model.ts'

interface WallClass {
  /** Last year of its processors. */
  readonly until: number
  /** Watts of a hardware thread at rest, and what a busy one adds. */
  readonly idleW: number
  readonly busyW: number
  /** What a machine of the class is off by, times, 5 to 95 %. */
  readonly error: readonly [number, number]
}

/**
 * Wall power per hardware thread, memory, disks, fans and power supply included, by the processor's year and size. Medians and
 * 5 to 95 % of 619 SPECpower_ssj2008 results (6,809 load points, each vendor left out in turn); these are tuned servers, so the upper ends of
 * small machines, which desktops are too, are those of their least efficient vendors.
 */
const classes = {
  small: [
    { until: 2008, idleW: 19, busyW: 13.5, error: [0.68, 2.6] },
    { until: 2012, idleW: 3.19, busyW: 7.16, error: [0.54, 2.6] },
    { until: 2017, idleW: 2, busyW: 5.31, error: [0.68, 3.6] },
    { until: Number.POSITIVE_INFINITY, idleW: 1.21, busyW: 3.65, error: [0.6, 2.2] },
  ],
  large: [
    { until: 2012, idleW: 2.77, busyW: 7.16, error: [0.55, 2.3] },
    { until: 2017, idleW: 0.53, busyW: 3.2, error: [0.73, 1.9] },
    { until: Number.POSITIVE_INFINITY, idleW: 0.52, busyW: 2.9, error: [0.47, 1.95] },
  ],
} as const satisfies Readonly<Record<string, readonly WallClass[]>>

/** Of unknown age: the line of recent machines, up to what machines since 2009 draw. */
const unknownAge = { small: [0.6, 6], large: [0.47, 5.2] } as const

function classOf({ threads, year }: ModeledMachine): WallClass {
  const size = threads !== null && threads <= smallThreads ? 'small' : 'large'
  if (year == null) return { ...lastOf(classes[size]), error: unknownAge[size] }
  return classes[size].find(({ until }) => year <= until) ?? lastOf(classes[size])
}

const lastOf = (list: readonly WallClass[]): WallClass => list[list.length - 1] as WallClass

/** Work whose wall power is asked for: CPU seconds, and the threads that it held over a time. */
export interface WallUse {
  readonly cpuS: number
  readonly wallS: number
  readonly threads: number
}

/** Modelled energy at the wall, J, memory included, with a 90 % interval. */
export function wallEnergy({ cpuS, wallS, threads }: WallUse, machine: ModeledMachine): Known<'J'> {
  const { idleW, busyW, error } = classOf(machine)
  return within('J', busyW * cpuS + idleW * threads * wallS, error, {
    method: 'modeled',
    how: 'CPU time x watts per thread at the wall, no sensor',
    source: 'SPECpower_ssj2008 results by year and size',
    level: 0.9,
  })
}
