import { readdirSync } from 'node:fs'
import type { MachineUse, Processes, ProcessUse } from '../../contract/processes.ts'
import { type ListedProcess, treeUse } from '../../core/energy/process-tree.ts'
import { bytesNow } from '../files/read-file.ts'

/** Where to look; tests give a folder of their own. */
export interface LinuxRoots {
  readonly proc?: string
  readonly cgroup?: string
}

/** USER_HZ is 100 on every Linux that Node runs on (man 7 time; include/asm-generic/param.h). */
const ticksPerS = 100
/** VmRSS is in kB, which are KiB (man 5 proc_pid_status); no page size to guess. */
const bytesPerKib = 1024

/**
 * Process trees as /proc shows them. CPU time of a tree is the sum of utime + stime + cutime + cstime over its
 * living members: the last two hold children that ended and were waited for, so nothing counts twice. A child that
 * outlives its parent is lost from the tree, and with it its time (source: man 5 proc_pid_stat).
 */
export function linuxProcesses(roots: LinuxRoots = {}): Processes {
  const proc = roots.proc ?? '/proc'
  const cgroup = roots.cgroup ?? '/sys/fs/cgroup'
  return {
    name: 'linux /proc',
    stepS: 1 / ticksPerS,
    trees: (pids) => treeUse(allStats(proc), pids, ({ pid }) => rssOf(proc, pid)),
    rss: (pid) => rssOf(proc, pid),
    cgroup: (path) => cgroupUse(cgroup, path),
    machine: () => machineUse(proc),
  }
}

function allStats(proc: string): readonly ListedProcess[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => parseStat(readOrNull(`${proc}/${name}/stat`)) ?? [])
}

/** Reads `pid (name) state ppid ...`; the name may hold spaces and brackets, so the last bracket counts. */
export function parseStat(line: string | null): ListedProcess | null {
  if (line === null) return null
  const close = line.lastIndexOf(')')
  const pid = Number.parseInt(line, 10)
  const rest = line.slice(close + 2).split(' ')
  // rest[0] is field 3 (state): ppid is field 4, utime..cstime are fields 14 to 17.
  const ticks = rest.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return close > 0 && Number.isFinite(ticks)
    ? { pid, parent: Number(rest[1]), cpuS: ticks / ticksPerS, ended: rest[0] === 'Z' }
    : null
}

function rssOf(proc: string, pid: number): number | null {
  const kib = readOrNull(`${proc}/${pid}/status`)?.match(/^VmRSS:\s+(\d+) kB/m)?.[1]
  return kib === undefined ? null : Number(kib) * bytesPerKib
}

/** cgroup v2: cpu.stat holds usage_usec, memory.current bytes (docs.kernel.org/admin-guide/cgroup-v2). */
function cgroupUse(root: string, path: string): ProcessUse | null {
  const folder = `${root}/${path.replace(/^\/+/, '')}`
  const usec = readOrNull(`${folder}/cpu.stat`)?.match(/^usage_usec (\d+)/m)?.[1]
  if (usec === undefined) return null
  const pids = (readOrNull(`${folder}/cgroup.procs`) ?? '')
    .split('\n')
    .filter((line) => line !== '')
  return {
    cpuS: Number(usec) / 1e6,
    rssBytes: Number(readOrNull(`${folder}/memory.current`) ?? 0),
    pids: pids.map(Number),
  }
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal; guest is inside user (man 5 proc_stat). */
function machineUse(proc: string): MachineUse | null {
  const line = readOrNull(`${proc}/stat`)?.split('\n')[0]
  if (!line?.startsWith('cpu ')) return null
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, soft = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map((field) => Number(field) / ticksPerS)
  const busyS = user + nice + system + irq + soft
  return { busyS, stealS: steal, totalS: busyS + idle + iowait + steal }
}

function readOrNull(path: string): string | null {
  try {
    return bytesNow(path).toString('utf8') // names of processes are any bytes
  } catch {
    return null // gone between listing and reading, or not ours to read
  }
}
