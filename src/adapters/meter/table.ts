import type { Meter, MeterBinding } from '../../contract/meter.ts'
import type { Processes } from '../../contract/processes.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'

/** What the meters are made of. */
export interface MeterParts {
  readonly processes: Processes | null
  /** Monotonic seconds. */
  readonly nowS: () => number
  /** Hardware threads of the machine; null inside a virtual machine, whose host is not known. */
  readonly machineThreads: number | null
  readonly idle: 'reserved' | 'none'
}

/** Meters that work here for this binding, best first. */
export async function openMeters(
  _candidate: CandidateSpec,
  _binding: MeterBinding,
  parts: MeterParts,
): Promise<readonly Meter[]> {
  const meters: Meter[] = []
  if (parts.processes) {
    const { createCpuTimeMeter } = await import('./cpu-time.ts')
    const { processes, nowS, machineThreads, idle } = parts
    meters.push(createCpuTimeMeter({ processes, nowS, machine: { threads: machineThreads }, idle }))
  }
  return meters
}
