import type { Processes } from '../../contract/processes.ts'
import { linuxProcesses } from './linux.ts'
import { psProcesses } from './ps.ts'

/** What shows process trees on this platform; null where nothing does (Windows). */
export function openProcesses(platform: NodeJS.Platform): Processes | null {
  if (platform === 'linux') return linuxProcesses()
  if (platform === 'win32') return null
  return psProcesses()
}
