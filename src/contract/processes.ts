/** What one process tree has used so far. */
export interface ProcessUse {
  /** User and system CPU seconds since the processes began, ended and reaped children included. */
  readonly cpuS: number
  /** Resident memory of the living tree, bytes. */
  readonly rssBytes: number
  /** The living processes of the tree, roots first. */
  readonly pids: readonly number[]
}

/** CPU seconds of the whole machine since it started. */
export interface MachineUse {
  /** Everything but idle and waiting. */
  readonly busyS: number
  readonly totalS: number
  /** Time that the host gave to other virtual machines. */
  readonly stealS: number
}

/** Looks at the processes of this machine. Null stands for what the system does not show. */
export interface Processes {
  readonly name: string
  /** Smallest step of `cpuS`, seconds. */
  readonly stepS: number
  /** The trees below `roots` together; null when none of them is alive or visible. */
  trees(roots: readonly number[]): ProcessUse | null
  /** Resident memory of one process, bytes: cheap enough to ask ten times a second. Null when it is gone. */
  rss(pid: number): number | null
  /** A cgroup v2 by its path below the cgroup root; null when it is not there. */
  cgroup(path: string): ProcessUse | null
  machine(): MachineUse | null
}
