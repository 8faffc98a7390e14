import { add } from '../unit/arithmetic.ts'
import type { Known } from '../unit/estimate.ts'
import { known, within } from '../unit/known.ts'

/**
 * Energy of a CPU without a sensor: E = 3.15 J x CPU-s + 0.55 W x reserved threads x wall-s + 0.392 W/GB x RSS x wall-s.
 *
 * Source of 3.15 and 0.55: line through idle and full load, per hardware thread, of 184 SPECpower_ssj2008 results of
 * 2018 and later (maximum 3.70 W [1.68, 5.06], idle 0.55 W [0.39, 1.32]). Wall power of tuned machines.
 * Source of 0.392 W/GB: Cloud Carbon Footprint methodology, memory coefficient.
 */
export const wattsPerBusyThread = 3.15
export const wattsPerReservedThread = 0.55
export const wattsPerGigabyte = 0.392

/**
 * What the line is off by on machines it has not seen, times: 5th and 95th percentile over 2,024 load points of 18
 * vendors, each left out in turn. Below 33 threads the fixed parts of board and power supply weigh more (x0.9 to x2.2 at
 * the wall); the lower end is kept, because processors alone (RAPL) need less than the wall gives.
 */
export const lineError = {
  any: [0.45, 1.9],
  small: [0.45, 2.2],
} as const satisfies Readonly<Record<string, readonly [number, number]>>

/** Hardware threads up to which a machine counts as small. */
export const smallThreads = 32

/** Memory coefficient, times (uncertainty table of the same research: RAM x0.5 to x1.5). */
const memoryError: readonly [number, number] = [0.5, 1.5]

/**
 * What two programs may differ by in watts per busy thread on the same machine, times: vector units and memory
 * traffic draw power that CPU time does not show. It belongs to each candidate alone, so it does not cancel.
 * That workloads at equal utilization differ significantly: v. Kistowski et al., ICPE 2015, doi 10.1145/2668930.2688057.
 * The size is an allowance of ours, not a measurement.
 */
export const workloadPower: readonly [number, number] = [1 / 1.4, 1.4]

export interface CpuUse {
  readonly cpuS: number
  readonly wallS: number
  /** Threads reserved for the work; 0 charges no idle power. */
  readonly threads: number
  readonly rssBytes: number
}

/** The parts of modelled energy; total = active + idle + memory. */
export interface CpuEnergy {
  readonly active: Known<'J'>
  /** Of reserved threads, whether they work or not. */
  readonly idle: Known<'J'>
  readonly memory: Known<'J'>
  readonly total: Known<'J'>
}

/** Says how many hardware threads the machine has; null where a virtual machine hides it. */
export interface ModeledMachine {
  readonly threads: number | null
}

/** Modelled energy of CPU work in J, with a 90 % interval; low ends and high ends are added, as the error is shared. */
export function cpuEnergy(use: CpuUse, machine: ModeledMachine): CpuEnergy {
  const error = lineErrorOf(machine)
  const line = {
    method: 'modeled',
    how: 'CPU time x watts per thread, no sensor',
    source: 'SPECpower_ssj2008 results 2018+, per thread',
    level: 0.9,
  } as const
  const active = within('J', wattsPerBusyThread * use.cpuS, error, line)
  const idle = within('J', wattsPerReservedThread * use.threads * use.wallS, error, line)
  const memory = within('J', (wattsPerGigabyte * use.rssBytes * use.wallS) / 1e9, memoryError, {
    ...line,
    source: 'Cloud Carbon Footprint, memory coefficient',
  })
  return { active, idle, memory, total: sumOf(active, idle, memory) }
}

export function lineErrorOf({ threads }: ModeledMachine): readonly [number, number] {
  return threads !== null && threads <= smallThreads ? lineError.small : lineError.any
}

/** Widens modelled joules by what this workload's watts per thread may differ from the line's. */
export function withWorkloadPower(energy: Known<'J'>): Known<'J'> {
  const [low, high] = workloadPower
  return known('J', { ...energy, low: energy.low * low, high: energy.high * high })
}

/** Modelled energy of CPU time alone, no idle and no memory, as a candidate of its own: of work that no meter watched, or that shares its process. */
export const energyOfCpuTime = (cpuS: number, machine: ModeledMachine): Known<'J'> =>
  withWorkloadPower(cpuEnergy({ cpuS, wallS: 0, threads: 0, rssBytes: 0 }, machine).active)

function sumOf(...parts: readonly [Known<'J'>, ...Known<'J'>[]]): Known<'J'> {
  return parts.reduce((total, part) => add(total, part) as Known<'J'>)
}
