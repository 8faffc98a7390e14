import {
  lineErrorOf,
  lineSource,
  type ModeledMachine,
  wattsPerBusyThread,
  wattsPerGigabyte,
  wattsPerReservedThread,
} from '../energy/cpu-model.ts'
import { wallEnergy } from '../energy/wall-model.ts'
import type { CostResult, Overhead } from '../result/cost.ts'
import type { EnergySpread } from '../result/usage.ts'
import { convert, divide } from '../unit/arithmetic.ts'
import { type Estimate, unknown } from '../unit/estimate.ts'
import { exact, known, within } from '../unit/known.ts'

/** How joules modeled from CPU time become joules at the wall of one machine. */
export interface PowerModel {
  readonly machine: ModeledMachine
  /** What the wall of the machine may be off by: one question for all candidates on it. */
  readonly spread: EnergySpread
}

/** The power model of a machine. Give it as `powerModel` when candidates ran without a sensor. */
export function cpuPowerModel(name: string, machine: ModeledMachine): PowerModel {
  const { low, high, source } = wallEnergy({ cpuS: 1, wallS: 1, threads: 1 }, machine)
  const at = wallEnergy({ cpuS: 1, wallS: 1, threads: 1 }, machine).value
  return {
    machine,
    spread: {
      name: `power model of ${name}`,
      ratio: within('ratio', 1, [low / at, high / at], {
        method: 'modeled',
        how: 'watts per thread at the wall of a machine without a sensor',
        source,
        level: 0.9,
      }),
    },
  }
}

/** What of a candidate's cost its energy at the wall takes. */
export type ModeledCost = Pick<
  CostResult,
  'energyPerItem' | 'cpuPerItem' | 'peakRss' | 'throughputPerS' | 'latencyP50'
>

/**
 * Modeled joules of processor and memory as joules at the wall: the busy and the held part with the wall's watts, and memory
 * once, since the wall has it inside. What the workload itself may differ by stays as it was.
 */
export function atWall(cost: ModeledCost, machine: ModeledMachine): Estimate<'JPerItem'> {
  const { energyPerItem: energy, cpuPerItem: cpu, peakRss } = cost
  if (energy.kind !== 'known') return energy
  if (cpu.kind !== 'known') return unknown('CPU time was not measured, so the wall is unknown')
  const held = occupancyOf(cost)
  const gigabytes = peakRss.kind === 'known' && held.kind === 'known' ? peakRss.value / 1e9 : 0
  const memory = gigabytes * wattsPerGigabyte * (held.kind === 'known' ? held.value : 0)
  const idle = Math.max(0, energy.value - memory - wattsPerBusyThread * cpu.value)
  const use = { cpuS: cpu.value, wallS: idle / wattsPerReservedThread, threads: 1 }
  const wall = wallEnergy(use, machine)
  const [less, more] = lineErrorOf(machine)
  const own = [energy.low / energy.value / less, energy.high / energy.value / more]
  return known('JPerItem', {
    ...wall,
    low: wall.low * Math.min(1, own[0] ?? 1),
    high: wall.high * Math.max(1, own[1] ?? 1),
  })
}

/** Joules of the wall for one of processor and memory, while a thread works. */
function timesAtWork(machine: ModeledMachine): number {
  const busy = wallEnergy({ cpuS: 1, wallS: 1, threads: 1 }, machine).value
  return busy / (wattsPerBusyThread + wattsPerReservedThread)
}

/** The overhead of a run with its modeled joules at the wall, as those of the candidates are. */
export function overheadAtWall(overhead: Overhead, model: PowerModel | null): Overhead {
  if (model === null) return overhead
  const times = timesAtWork(model.machine)
  const isModeled = (energy: Estimate<'J'>): boolean =>
    energy.kind === 'known' && energy.source.includes(lineSource)
  const atWallOf = (energy: Estimate<'J'>, modeledJ: number): Estimate<'J'> => {
    if (energy.kind !== 'known' || modeledJ <= 0) return energy
    const ratio = 1 + ((times - 1) * modeledJ) / energy.value
    return known('J', {
      ...energy,
      value: energy.value * ratio,
      low: energy.low * ratio,
      high: energy.high * ratio,
    })
  }
  const joulesOf = (energy: Estimate<'J'>): number => (energy.kind === 'known' ? energy.value : 0)
  const other = overhead.byStage.reduce(
    (sum, { energy }) => sum + (isModeled(energy) ? 0 : joulesOf(energy)),
    0,
  )
  const all = isModeled(overhead.energy) ? joulesOf(overhead.energy) - other : 0
  return {
    ...overhead,
    energy: atWallOf(overhead.energy, all),
    byStage: overhead.byStage.map((row) => ({
      ...row,
      energy: isModeled(row.energy) ? atWallOf(row.energy, joulesOf(row.energy)) : row.energy,
    })),
  }
}

/** Wall seconds that one answer holds the device: 1 / throughput, else the median latency. */
export function occupancyOf(
  cost: Pick<CostResult, 'throughputPerS' | 'latencyP50'>,
): Estimate<'sPerItem'> {
  const one = exact('count', 1, 'definition')
  const held = divide(one, cost.throughputPerS, 'sPerItem')
  if (held.kind === 'known') return held
  return cost.latencyP50.kind === 'known'
    ? convert(cost.latencyP50, 'sPerItem')
    : unknown('neither throughput nor latency was measured')
}
