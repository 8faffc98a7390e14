import { existsSync } from 'node:fs'
import { arch, availableParallelism, cpus, type as osType, release, totalmem } from 'node:os'
import type { ModeledMachine } from '../../core/energy/cpu-model.ts'
import { processorYear } from '../../core/energy/processor-year.ts'
import type { Environment } from '../../core/result/run-result.ts'
import { systemText } from '../files/read-file.ts'

/** What this machine is, as the run result tells it. `meters` is filled by the caller. */
export function thisMachine(
  meters: Environment['meters'],
  digest: (bytes: Uint8Array) => string,
): Environment {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor'
  const cores = availableParallelism()
  const memoryBytes = totalmem()
  const os = `${osType()} ${release()} ${arch()}`
  const fingerprint = `${cpu}\n${cores}\n${memoryBytes}\n${os}`
  return {
    machine: digest(new TextEncoder().encode(fingerprint)).slice(0, 16),
    cpu,
    cores,
    memoryBytes,
    os,
    node: process.version,
    meters,
    noisy: null,
  }
}

/** Hardware threads of the machine; null inside a virtual machine, which does not show its host. */
export function hardwareThreads(): number | null {
  return isGuest() ? null : cpus().length
}

/** What the power models know of this machine. */
export const modeledMachine = (): ModeledMachine => ({
  threads: hardwareThreads(),
  year: processorYear(cpus()[0]?.model ?? ''),
})

function isGuest(): boolean {
  const path = '/proc/cpuinfo'
  return existsSync(path) && /^flags\s*:.*\bhypervisor\b/m.test(systemText(path))
}

/** Instruction sets of the processor as /proc/cpuinfo names them; empty where there is no such file. */
export function processorFeatures(path = '/proc/cpuinfo'): readonly string[] {
  if (!existsSync(path)) return []
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(systemText(path))
  return line?.[1]?.trim().split(/\s+/) ?? []
}
