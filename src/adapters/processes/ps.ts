import { execFileSync } from 'node:child_process'
import type { Processes } from '../../contract/processes.ts'
import { type ListedProcess, treeUse } from '../../core/energy/process-tree.ts'

/**
 * Process trees by `ps`, for macOS and the BSDs. CPU time has steps of 10 ms and leaves out children that have ended;
 * cgroups and the machine's steal are not known there.
 */
export function psProcesses(list: () => string = listByPs): Processes {
  return {
    name: 'ps',
    stepS: 0.01,
    trees: (roots) => treeUse(parsePs(list()), roots, ({ rssBytes }) => rssBytes),
    rss: (pid) => parsePs(list()).find((row) => row.pid === pid)?.rssBytes ?? null,
    cgroup: () => null,
    machine: () => null,
  }
}

interface Row extends ListedProcess {
  readonly rssBytes: number
}

function listByPs(): string {
  return execFileSync('ps', ['-axo', 'pid=,ppid=,rss=,stat=,time='], { encoding: 'utf8' })
}

/** Rows of `pid ppid rss stat time`; rss in KiB, a state that begins with Z of one that has ended, time as [[dd-]hh:]mm:ss[.cc]. */
export function parsePs(text: string): readonly Row[] {
  const rows: Row[] = []
  for (const line of text.split('\n')) {
    const [pid, parent, rss, state = '', time] = line.trim().split(/\s+/)
    if (pid === undefined || parent === undefined || rss === undefined || time === undefined)
      continue
    rows.push({
      pid: Number(pid),
      parent: Number(parent),
      rssBytes: Number(rss) * 1024,
      cpuS: clockToS(time),
      ended: state.startsWith('Z'),
    })
  }
  return rows
}

function clockToS(clock: string): number {
  const [days, rest] = clock.includes('-') ? clock.split('-') : ['0', clock]
  const hms = (rest ?? '0').split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return Number(days) * 86_400 + hms
}
