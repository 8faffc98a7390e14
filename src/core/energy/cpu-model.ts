import { add } from '../unit/arithmetic.ts'
import type { Known } from '../unit/estimate.ts'
import { known, within } from '../unit/known.ts'

/**
 * Energy of processor and memory without a sensor, as their own counters would show it, not at the wall:
 * E = 3.15 J x CPU-s + 0.55 W x held threads x wall-s + 0.392 W/GB x held memory x wall-s. `wall-model.ts` has the wall.
 *
 * Source of 3.15 and 0.55: line through idle and full load, per hardware thread, of 184 SPECpower_ssj2008 results of
 * 2018 and later. Source of 0.392 W/GB: Cloud Carbon Footprint methodology, memory coefficient.
 */
export const wattsPerBusyThread = 3.15
export const wattsPerReservedThread = 0.55
export const wattsPerGigabyte = 0.392

/** Source of every estimate by the line. */
export const lineSource = 'SPECpower_ssj2008 results 2018+, per thread'

/**
 * What the line is off by on a machine that it has not seen, times, 5 to 95 %: large machines of 2018 and later (2,024 load
 * points, each vendor left out in turn), small ones, whose fixed parts weigh more, and processors before 2013 or of unknown
 * age (RAPL of five machines, mlco2/codecarbon: up to 3.5). The table of figures is in docs/methods/energy.md.
 */
const lineError = {
  large: [0.45, 1.9],
  small: [0.45, 2.2],
  old: [0.45, 4],
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
  /** Threads held for the work; 0 charges neither idle threads nor memory: work is charged for what it used, not for what it held. */
  readonly threads: number
  readonly rssBytes: number
}

/** The parts of modelled energy; total = active + idle + memory. */
export interface CpuEnergy {
  readonly active: Known<'J'>
  /** Of held threads, whether they work or not. */
  readonly idle: Known<'J'>
  readonly memory: Known<'J'>
  readonly total: Known<'J'>
}

/** What is known of the machine behind the model. */
export interface ModeledMachine {
  /** Hardware threads; null where a virtual machine hides its host. */
  readonly threads: number | null
  /** Year in which its processor was launched; unknown where it is left out or null. */
  readonly year?: number | null | undefined
}

/** Modelled energy of CPU work in J, with a 90 % interval; low ends and high ends are added, as the error is shared. */
export function cpuEnergy(use: CpuUse, machine: ModeledMachine): CpuEnergy {
  const error = lineErrorOf(machine)
  const line = {
    method: 'modeled',
    how: 'CPU time x watts per thread, of processor and memory, no sensor',
    source: lineSource,
    level: 0.9,
  } as const
  const active = within('J', wattsPerBusyThread * use.cpuS, error, line)
  const idle = within('J', wattsPerReservedThread * use.threads * use.wallS, error, line)
  const held = use.threads > 0 ? use.rssBytes : 0
  const memory = within('J', (wattsPerGigabyte * held * use.wallS) / 1e9, memoryError, {
    ...line,
    source: 'Cloud Carbon Footprint, memory coefficient',
  })
  return { active, idle, memory, total: sumOf(active, idle, memory) }
}

/** Years of processors by which the models tell machines apart; unknown ones get the widest interval. */
export const oldUntil = 2012

export function lineErrorOf({ threads, year }: ModeledMachine): readonly [number, number] {
  if (year == null || year <= oldUntil) return lineError.old
  return threads !== null && threads <= smallThreads ? lineError.small : lineError.large
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
