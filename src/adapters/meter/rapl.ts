import { setTimeout as wait } from 'node:timers/promises'
import type {
  Meter,
  MeterBinding,
  MeterSource,
  MeterWindow,
  WindowReading,
} from '../../contract/meter.ts'
import type { MachineUse, Processes, ProcessUse } from '../../contract/processes.ts'
import { attributeByCpu } from '../../core/energy/attribution.ts'
import { bindsProcesses } from '../../core/energy/bound-work.ts'
import { counterDelta, turnS } from '../../core/energy/counter.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import { type Domain, findDomains, readCounter } from './rapl/domains.ts'

export interface RaplParts {
  /** /sys/class/powercap, or a folder of a test. */
  readonly root: string
  readonly processes: Processes
  readonly nowS: () => number
  /** Hardware threads of the machine. */
  readonly machineThreads: number
  /** Package power with nothing running, W; null when it was not measured. */
  readonly idleW: number | null
}

/**
 * What a counter may be off by, share: 5 to 10 % on the component for windows of 10 s with repeats
 * (research of RAPL against external meters); the wider end is taken.
 */
const counterError = 0.1
/** Counters move about every millisecond; one step at package power of up to 300 W. */
const resolutionJ = 0.3
/** Counters are read at least this often, and memory with them. */
const slowestPollMs = 1000
/** No package draws more, W: a small counter is read often enough that no turn of it is missed. */
const mostWatts = 2000

const powercap = '/sys/class/powercap'
/** Seconds at rest from which idle power is read, when the meter is opened. */
const idleS = 0.5

export const rapl: MeterSource = {
  open: async (_candidate, binding, parts) => {
    const { processes, nowS, machine } = parts
    const root = parts.powercap ?? powercap
    if (!processes || !bindsProcesses(binding) || !raplAvailability(root).works) return null
    const own = { root, processes, nowS }
    const idleW = await measureIdleW(
      own,
      idleS,
      async (seconds) => void (await wait(seconds * 1000)),
    )
    return createRaplMeter({ ...own, machineThreads: machine.threads ?? 1, idleW })
  },
  available: async (parts) => raplAvailability(parts.powercap ?? powercap),
}

/** Intel and AMD energy counters of the processor and its memory, shared out to the work by CPU time. */
export function createRaplMeter(parts: RaplParts): Meter {
  const domains = findDomains(parts.root)
  return {
    name: 'rapl',
    scope: `Energy counters ${domains.map((domain) => domain.name).join(', ')}: processor and memory. They do not see power supply, fans, disks, network or GPUs; wall power is higher.`,
    sensor: true,
    start: async (binding) => startWindow(parts, domains, binding),
    close: async () => undefined,
  }
}

/** Whether RAPL can be read here, and the command that would make it so. */
export function raplAvailability(root: string): Awaited<ReturnType<MeterSource['available']>> {
  const domains = findDomains(root)
  if (domains.length === 0)
    return {
      works: false,
      detail: `no energy counters below ${root}: virtual machines and ARM processors have none`,
    }
  const hidden = domains.filter((domain) => readCounter(domain) === null)
  if (hidden.length === 0)
    return { works: true, detail: domains.map((domain) => domain.name).join(', ') }
  return {
    works: false,
    detail: `${hidden.map((domain) => domain.name).join(', ')} may be read by root only (kernels since 5.10, CVE-2020-8694)`,
    fix: `sudo chmod a+r ${root}/intel-rapl:*/energy_uj`,
  }
}

interface Snapshot {
  readonly atS: number
  readonly use: ProcessUse | null
  readonly machine: MachineUse | null
}

function startWindow(
  parts: RaplParts,
  domains: readonly Domain[],
  binding: MeterBinding,
): MeterWindow {
  const counted = domains.map((domain) => ({
    ...{ domain, last: mustRead(parts, domain) },
    joules: 0 as number | null,
  }))
  const before = snapshot(parts, binding)
  let peak = before.use?.rssBytes ?? 0
  const look = (): void => {
    for (const counter of counted) {
      const now = mustRead(parts, counter.domain)
      const delta = counterDelta(counter.last, now, counter.domain.rangeJ)
      counter.joules = delta === null || counter.joules === null ? null : counter.joules + delta
      counter.last = now
    }
    peak = Math.max(peak, seen(parts, binding)?.rssBytes ?? 0)
  }
  const turns = domains.flatMap(({ rangeJ }) =>
    rangeJ === null ? [] : turnS(rangeJ, mostWatts) * 1000,
  )
  const timer = setInterval(look, Math.max(10, Math.min(slowestPollMs, ...turns)))
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      look()
      const machineJ = sumOf(counted.map(({ joules }) => joules))
      return read(parts, binding, { before, after: snapshot(parts, binding), machineJ, peak })
    },
  }
}

/** The sum of all counters, J; null where one of them is unknown. */
const sumOf = (joules: readonly (number | null)[]): number | null =>
  joules.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0)

function mustRead(parts: RaplParts, domain: Domain): number {
  const joules = readCounter(domain)
  if (joules !== null) return joules
  const { detail, fix } = raplAvailability(parts.root)
  throw new RightsizeError('METER_UNAVAILABLE', detail, fix === undefined ? {} : { next: fix })
}

function snapshot(parts: RaplParts, binding: MeterBinding): Snapshot {
  const machine = parts.processes.machine()
  return { atS: parts.nowS(), use: seen(parts, binding), machine }
}

/** What the work has used; the whole machine where the host is bound. */
function seen({ processes }: RaplParts, binding: MeterBinding): ProcessUse | null {
  if (binding.host) {
    const machine = processes.machine()
    return machine && { cpuS: machine.busyS, rssBytes: 0, pids: [] }
  }
  if (binding.cgroup !== undefined) return processes.cgroup(binding.cgroup)
  return processes.trees(binding.pids ?? [])
}

interface Window {
  readonly before: Snapshot
  readonly after: Snapshot
  /** Of all counters; null where one started again at an unknown range. */
  readonly machineJ: number | null
  readonly peak: number
}

function read(parts: RaplParts, binding: MeterBinding, window: Window): WindowReading {
  const { before, after, machineJ, peak } = window
  const wallS = after.atS - before.atS
  const ownCpuS = before.use && after.use ? after.use.cpuS - before.use.cpuS : null
  const shared = attribute(parts, binding, { window, wallS, ownCpuS })
  return {
    wallS,
    cpuS: ownCpuS,
    peakRssBytes: peak,
    ...shared,
    resolutionJ,
    steal: stealOf(before.machine, after.machine),
    notes:
      machineJ === null ? [] : [`${machineJ.toFixed(2)} J of the whole package in this window`],
  }
}

function attribute(
  parts: RaplParts,
  binding: MeterBinding,
  { window, wallS, ownCpuS }: { window: Window; wallS: number; ownCpuS: number | null },
): { readonly energy: Estimate<'J'>; readonly idle: Estimate<'J'> } {
  const { before, after, machineJ } = window
  if (ownCpuS === null || !before.machine || !after.machine) {
    const why = unknown('the process ended while it was metered')
    return { energy: why, idle: why }
  }
  if (machineJ === null) {
    const why = unknown('a counter started again, and the kernel does not show its range')
    return { energy: why, idle: why }
  }
  if (machineJ === 0) {
    const why = unknown('the counter did not move: the window is too short')
    return { energy: why, idle: why }
  }
  const machineCpuS = after.machine.busyS - before.machine.busyS
  const part = attributeByCpu({
    machineJ,
    wallS,
    ownCpuS,
    machineCpuS: Math.max(machineCpuS, ownCpuS),
    idleW: binding.host ? null : parts.idleW,
    threads: binding.threads ?? 1,
    machineThreads: parts.machineThreads,
  })
  return energyOfPart(part, binding.host === true, parts.idleW !== null)
}

/** The work's share as joules. Idle energy that was not measured is inside it. */
function energyOfPart(
  part: ReturnType<typeof attributeByCpu>,
  host: boolean,
  idleKnown: boolean,
): { readonly energy: Estimate<'J'>; readonly idle: Estimate<'J'> } {
  const joules = (value: number, low: number, high: number) =>
    known('J', {
      ...{ value, low: low * (1 - counterError), high: high * (1 + counterError), level: 0.9 },
      method: 'measured',
      how: host ? 'RAPL, whole package' : 'RAPL, shared by CPU time',
      source: 'Linux powercap energy counters',
    })
  const { active, activeLow, activeHigh, idle } = part
  return {
    energy: joules(active + idle, activeLow + idle, activeHigh + idle),
    idle:
      idleKnown || host
        ? joules(idle, idle, idle)
        : unknown('idle power was not measured; it is inside the energy'),
  }
}

function stealOf(before: MachineUse | null, after: MachineUse | null): number | null {
  if (!before || !after) return null
  const total = after.totalS - before.totalS
  return total > 0 ? (after.stealS - before.stealS) / total : null
}

/** Share of CPU time up to which a machine counts as idle. */
const idleBusy = 0.05

/**
 * Package power of this machine at rest, W, measured over `seconds`; null when the machine was not at rest, or the
 * counters cannot be read.
 */
export async function measureIdleW(
  parts: Pick<RaplParts, 'root' | 'processes' | 'nowS'>,
  seconds: number,
  sleep: (seconds: number) => Promise<void>,
): Promise<number | null> {
  const domains = findDomains(parts.root)
  const readings = (): readonly (number | null)[] => domains.map(readCounter)
  const before = { joules: readings(), machine: parts.processes.machine(), atS: parts.nowS() }
  await sleep(seconds)
  const after = { joules: readings(), machine: parts.processes.machine(), atS: parts.nowS() }
  if (!before.machine || !after.machine || domains.length === 0) return null
  const busyS = after.machine.busyS - before.machine.busyS
  if (busyS > idleBusy * (after.machine.totalS - before.machine.totalS)) return null
  const joules = sumOf(
    domains.map(({ rangeJ }, i) => {
      const [from, to] = [before.joules[i] ?? null, after.joules[i] ?? null]
      return from === null || to === null ? null : counterDelta(from, to, rangeJ)
    }),
  )
  return joules === null ? null : joules / (after.atS - before.atS)
}
