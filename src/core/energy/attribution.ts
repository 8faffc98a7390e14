import { workloadPower } from './cpu-model.ts'

/** A machine's energy over a window, and who was busy in it. */
export interface SharedEnergy {
  /** Energy of the whole package or machine, J. */
  readonly machineJ: number
  readonly wallS: number
  /** CPU seconds of the work and of everything that ran. */
  readonly ownCpuS: number
  readonly machineCpuS: number
  /** Power with nothing running, W; null where it was not measured. */
  readonly idleW: number | null
  /** Threads reserved for the work, and threads the machine has. */
  readonly threads: number
  readonly machineThreads: number
}

export interface AttributedEnergy {
  /** The part of the work's own activity, J. */
  readonly active: number
  /** The part of capacity that was kept for it, J; 0 where idle power is not known (it is then inside `active`). */
  readonly idle: number
  /** The work's share of all CPU time, 0..1. */
  readonly share: number
  /** Ends of `active` when the work draws more or less power per busy second than the rest of the machine. */
  readonly activeLow: number
  readonly activeHigh: number
}

/**
 * Shares a machine's energy among its processes by CPU time: active energy by share of busy time, idle energy by
 * share of reserved threads. Without a known idle power all energy goes by share of busy time.
 * Source: Kepler's ratio attribution (sustainable-computing.io, power model for RAPL: cpu_time / node_cpu_time).
 */
export function attributeByCpu(energy: SharedEnergy): AttributedEnergy {
  const share = energy.machineCpuS > 0 ? Math.min(1, energy.ownCpuS / energy.machineCpuS) : 0
  const idleJ = Math.min(energy.machineJ, (energy.idleW ?? 0) * energy.wallS)
  const reserved = Math.min(1, energy.threads / Math.max(1, energy.machineThreads))
  const busyJ = energy.machineJ - idleJ
  const weighted = (times: number): number => busyJ * weightedShare(share, times)
  return {
    active: busyJ * share,
    idle: idleJ * reserved,
    share,
    activeLow: weighted(workloadPower[0]),
    activeHigh: weighted(workloadPower[1]),
  }
}

/** The share of work whose busy seconds weigh `times` as much as those of the rest; alone it stays 1. */
function weightedShare(share: number, times: number): number {
  return share === 0 || share === 1 ? share : (share * times) / (share * times + 1 - share)
}
