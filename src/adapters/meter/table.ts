import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Availability, Meter, MeterBinding } from '../../contract/meter.ts'
import type { Processes } from '../../contract/processes.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'

/** What the meters are made of. */
export interface MeterParts {
  readonly processes: Processes | null
  /** Monotonic seconds. */
  readonly nowS: () => number
  /** Hardware threads of the machine; null inside a virtual machine, whose host is not known. */
  readonly machineThreads: number | null
  readonly idle: 'reserved' | 'none'
  /** False under --no-exec: `energy.external` is code of the spec. */
  readonly exec?: boolean
  /** PROMETHEUS_URL is read from it. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly fetch?: typeof fetch
  /** Where Linux shows energy counters; a folder of a test. */
  readonly powercap?: string
  /** Runs a program and gives its stdout; a test's own. */
  readonly run?: (program: string, args: readonly string[]) => Promise<string>
}

const powercap = '/sys/class/powercap'
const prometheusUrl = 'http://127.0.0.1:9090'
/** Seconds at rest from which idle power is read, when a RAPL meter is opened. */
const idleS = 0.5

/** Said where nothing is bound; the same sentence in reports and errors. */
export const unboundWhy =
  'this endpoint works in another process: bind what does the work (energy: pid, cgroup, gpus, host or prometheus) or state energy: { jPerItem: [low, high] }'

/**
 * Meters that work here for this candidate, best first, never empty: what its spec binds comes first, then sensors, then CPU
 * time; an endpoint that nothing is bound to gets the meter that says so. The binding of the spec is added to every start.
 */
export async function openMeters(
  candidate: CandidateSpec,
  binding: MeterBinding,
  parts: MeterParts,
): Promise<readonly Meter[]> {
  const whole = bindingOf(candidate, binding)
  const meters = [
    ...(await prometheusMeters(candidate, parts)),
    ...(await externalMeters(candidate, parts)),
    ...(await gpuMeters(whole, parts)),
    ...(await processorMeters(whole, parts)),
  ].map((meter) => bound(meter, candidate))
  if (meters.length > 0) return meters
  const { createUnboundMeter } = await import('./unbound.ts')
  return [createUnboundMeter(parts.nowS, unboundWhy)]
}

/** The binding of the caller with what the spec says of this candidate. */
function bindingOf({ energy }: CandidateSpec, binding: MeterBinding): MeterBinding {
  return {
    ...binding,
    ...(energy?.pid === undefined ? {} : { pids: [energy.pid] }),
    ...(energy?.cgroup === undefined ? {} : { cgroup: energy.cgroup }),
    ...(energy?.gpus === undefined ? {} : { gpus: energy.gpus }),
    ...(energy?.host === undefined ? {} : { host: energy.host }),
  }
}

function bound(meter: Meter, candidate: CandidateSpec): Meter {
  return { ...meter, start: (binding) => meter.start(bindingOf(candidate, binding)) }
}

async function prometheusMeters(
  { energy }: CandidateSpec,
  parts: MeterParts,
): Promise<readonly Meter[]> {
  if (energy?.prometheus === undefined) return []
  const { createPrometheusMeter } = await import('./prometheus.ts')
  const { nowS } = parts
  return [createPrometheusMeter({ ...prometheusAt(parts), query: energy.prometheus, nowS })]
}

function prometheusAt(parts: MeterParts): { baseUrl: string; fetch: typeof fetch } {
  const baseUrl = parts.env?.['PROMETHEUS_URL'] ?? prometheusUrl
  return { baseUrl, fetch: parts.fetch ?? fetch }
}

async function externalMeters(
  { id, energy }: CandidateSpec,
  { nowS, exec }: MeterParts,
): Promise<readonly Meter[]> {
  if (energy?.external === undefined) return []
  if (exec === false)
    throw new RightsizeError('RUNTIME_NO_EXEC', `the meter of candidate ${id} would run a program`)
  const { createExternalMeter } = await import('./external.ts')
  return [createExternalMeter({ command: energy.external, nowS })]
}

async function gpuMeters(binding: MeterBinding, parts: MeterParts): Promise<readonly Meter[]> {
  if (!binding.gpus?.length) return []
  const { createNvmlMeter, findGpuSource } = await import('./nvml.ts')
  const nvml = { run: parts.run ?? runProgram, nowS: parts.nowS }
  const source = await findGpuSource(nvml)
  return source === null ? [] : [createNvmlMeter(source, nvml)]
}

async function processorMeters(
  binding: MeterBinding,
  parts: MeterParts,
): Promise<readonly Meter[]> {
  const { processes, nowS, machineThreads, idle } = parts
  const seesWork = binding.pids?.length || binding.cgroup !== undefined || binding.host
  if (!processes || !seesWork) return []
  const { createCpuTimeMeter } = await import('./cpu-time.ts')
  const machine = { threads: machineThreads }
  return [...(await raplMeters(parts)), createCpuTimeMeter({ processes, nowS, machine, idle })]
}

async function raplMeters(parts: MeterParts): Promise<readonly Meter[]> {
  const { processes, nowS, machineThreads } = parts
  const root = parts.powercap ?? powercap
  const { createRaplMeter, measureIdleW, raplAvailability } = await import('./rapl.ts')
  if (!processes || !raplAvailability(root).works) return []
  const rapl = { root, processes, nowS }
  const idleW = await measureIdleW(
    rapl,
    idleS,
    async (seconds) => void (await wait(seconds * 1000)),
  )
  return [createRaplMeter({ ...rapl, machineThreads: machineThreads ?? 1, idleW })]
}

const execute = promisify(execFile)

async function runProgram(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args], { timeout: 10_000 })
  return stdout
}

/** What `doctor` prints: every meter, whether it works here, and the command that would fix it. */
export async function meterAvailability(parts: MeterParts): Promise<readonly Availability[]> {
  const { raplAvailability } = await import('./rapl.ts')
  const { nvmlAvailability } = await import('./nvml.ts')
  const { prometheusAvailability } = await import('./prometheus.ts')
  const run = parts.run ?? runProgram
  return [
    raplAvailability(parts.powercap ?? powercap),
    await nvmlAvailability({ run, nowS: parts.nowS }),
    await prometheusAvailability(prometheusAt(parts)),
    cpuTimeAvailability(parts),
  ]
}

function cpuTimeAvailability({ processes }: MeterParts): Availability {
  if (processes)
    return { name: 'cpu-time', works: true, detail: `${processes.name}; joules are modelled` }
  return {
    name: 'cpu-time',
    works: false,
    detail: 'process trees cannot be seen on this system; use Linux or macOS, or WSL on Windows',
  }
}
