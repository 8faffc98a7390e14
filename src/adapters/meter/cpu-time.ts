import type {
  Meter,
  MeterBinding,
  MeterSource,
  MeterWindow,
  WindowReading,
} from '../../contract/meter.ts'
import type { MachineUse, Processes, ProcessUse } from '../../contract/processes.ts'
import { bindsProcesses } from '../../core/energy/bound-work.ts'
import {
  cpuEnergy,
  type ModeledMachine,
  wattsPerBusyThread,
  withWorkloadPower,
} from '../../core/energy/cpu-model.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { unknown } from '../../core/unit/estimate.ts'

export interface CpuTimeParts {
  readonly processes: Processes
  /** Monotonic seconds. */
  readonly nowS: () => number
  /** Hardware threads of the whole machine; null inside a virtual machine, whose host is not known. */
  readonly machine: ModeledMachine
  /** Whether work is charged for idle threads and memory that it holds, or for what it used alone. */
  readonly idle?: 'reserved' | 'used'
}

export const cpuTime: MeterSource = {
  open: async (_candidate, binding, { processes, nowS, machine, idle }) =>
    processes && bindsProcesses(binding)
      ? createCpuTimeMeter({ processes, nowS, machine, idle })
      : null,
  available: async ({ processes }) =>
    processes
      ? { works: true, detail: `${processes.name}; joules are modeled` }
      : {
          works: false,
          detail:
            'process trees cannot be seen on this system; use Linux or macOS, or WSL on Windows',
        },
}

/** How often memory is looked at while a window is open. */
const memoryEveryMs = 100

/**
 * The meter for machines without a sensor: CPU seconds of whole process trees (or a cgroup), with joules modelled from
 * them. Its joules are a model of processor and memory with a wide interval; its CPU seconds are what is compared.
 */
export function createCpuTimeMeter(parts: CpuTimeParts): Meter {
  return {
    name: 'cpu-time',
    scope:
      'CPU time of the process tree, a proxy for energy. Its joules are of processor and memory, not of the wall; it sees no GPU, and no difference in power between two programs that are equally busy.',
    sensor: false,
    start: async (binding) => startWindow(parts, binding),
    close: async () => undefined,
  }
}

function startWindow(parts: CpuTimeParts, binding: MeterBinding): MeterWindow {
  const before = snapshot(parts, binding)
  if (before.use === null)
    throw new RightsizeError('METER_BINDING', `nothing to see: ${describe(binding)}`)
  let peak = before.use.rssBytes
  const { pids } = before.use
  // A look at the whole process table would be CPU time of this process, which may be the one that is metered.
  const look = (): void => {
    const rss = pids.reduce((sum, pid) => sum + (parts.processes.rss(pid) ?? 0), 0)
    peak = Math.max(peak, rss)
  }
  const timer = setInterval(look, memoryEveryMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      const after = snapshot(parts, binding)
      peak = Math.max(peak, after.use?.rssBytes ?? 0)
      return read(parts, binding, { before, after, peak })
    },
  }
}

interface Snapshot {
  readonly atS: number
  readonly use: ProcessUse | null
  readonly machine: MachineUse | null
}

function snapshot(parts: CpuTimeParts, binding: MeterBinding): Snapshot {
  const use = seen(parts.processes, binding)
  return { atS: parts.nowS(), use, machine: parts.processes.machine() }
}

function seen(processes: Processes, binding: MeterBinding): ProcessUse | null {
  if (binding.cgroup !== undefined) return processes.cgroup(binding.cgroup)
  if (binding.pids && binding.pids.length > 0) return processes.trees(binding.pids)
  if (!binding.host) return null
  const machine = processes.machine()
  return machine && { cpuS: machine.busyS, rssBytes: 0, pids: [] }
}

function read(
  parts: CpuTimeParts,
  binding: MeterBinding,
  window: { readonly before: Snapshot; readonly after: Snapshot; readonly peak: number },
): WindowReading {
  const { before, after, peak } = window
  const wallS = after.atS - before.atS
  const steal = stealOf(before.machine, after.machine)
  if (before.use === null || after.use === null) return ended(wallS, peak, steal)
  const cpuS = Math.max(0, after.use.cpuS - before.use.cpuS)
  const threads = parts.idle === 'used' ? 0 : (binding.threads ?? 1)
  const modeled = cpuEnergy({ cpuS, wallS, threads, rssBytes: peak }, parts.machine)
  return {
    wallS,
    cpuS,
    peakRssBytes: peak,
    energy:
      cpuS > 0
        ? withWorkloadPower(modeled.total)
        : unknown('the CPU clock did not move: too short'),
    idle: modeled.idle,
    resolutionJ: parts.processes.stepS * wattsPerBusyThread,
    steal,
    notes: [`CPU time has steps of ${parts.processes.stepS * 1000} ms (${parts.processes.name})`],
  }
}

function ended(wallS: number, peak: number, steal: number | null): WindowReading {
  const why = unknown('the process ended while it was metered')
  return {
    wallS,
    cpuS: null,
    peakRssBytes: peak,
    energy: why,
    idle: why,
    resolutionJ: null,
    steal,
    notes: [why.why],
  }
}

function stealOf(before: MachineUse | null, after: MachineUse | null): number | null {
  if (!before || !after) return null
  const total = after.totalS - before.totalS
  return total > 0 ? (after.stealS - before.stealS) / total : null
}

function describe(binding: MeterBinding): string {
  if (binding.cgroup !== undefined) return `cgroup ${binding.cgroup} does not exist`
  if (binding.pids?.length) return `process ${binding.pids.join(', ')} is not alive`
  return 'neither pids, cgroup nor host is bound'
}
