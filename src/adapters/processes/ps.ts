import { execFileSync } from 'node:child_process'
import type { Processes, ProcessUse } from '../../contract/processes.ts'

/**
 * Process trees by `ps`, for macOS and the BSDs. CPU time has steps of 10 ms and leaves out children that have ended;
 * cgroups and the machine's steal are not known there.
 */
export function psProcesses(list: () => string = listByPs): Processes {
  return {
    name: 'ps',
    stepS: 0.01,
    trees: (roots) => trees(parsePs(list()), roots),
    rss: (pid) => parsePs(list()).find((row) => row.pid === pid)?.rssBytes ?? null,
    cgroup: () => null,
    machine: () => null,
  }
}

interface Row {
  readonly pid: number
  readonly parent: number
  readonly rssBytes: number
  readonly cpuS: number
}

function listByPs(): string {
  return execFileSync('ps', ['-axo', 'pid=,ppid=,rss=,time='], { encoding: 'utf8' })
}

/** Rows of `pid ppid rss time`; rss in KiB, time as [[dd-]hh:]mm:ss[.cc]. */
export function parsePs(text: string): readonly Row[] {
  const rows: Row[] = []
  for (const line of text.split('\n')) {
    const [pid, parent, rss, time] = line.trim().split(/\s+/)
    if (pid === undefined || parent === undefined || rss === undefined || time === undefined)
      continue
    rows.push({
      pid: Number(pid),
      parent: Number(parent),
      rssBytes: Number(rss) * 1024,
      cpuS: clockToS(time),
    })
  }
  return rows
}

function clockToS(clock: string): number {
  const [days, rest] = clock.includes('-') ? clock.split('-') : ['0', clock]
  const hms = (rest ?? '0').split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return Number(days) * 86_400 + hms
}

function trees(rows: readonly Row[], roots: readonly number[]): ProcessUse | null {
  const found = new Set<number>(rows.filter((row) => roots.includes(row.pid)).map((row) => row.pid))
  for (let grew = found.size > 0; grew; ) {
    const more = rows.filter((row) => found.has(row.parent) && !found.has(row.pid))
    for (const row of more) found.add(row.pid)
    grew = more.length > 0
  }
  if (found.size === 0) return null
  const members = rows.filter((row) => found.has(row.pid))
  return {
    cpuS: members.reduce((sum, row) => sum + row.cpuS, 0),
    rssBytes: members.reduce((sum, row) => sum + row.rssBytes, 0),
    pids: [...found],
  }
}
