/** What a window may be bound to, as far as processes go. */
interface Bound {
  readonly pids?: readonly number[]
  readonly cgroup?: string
  readonly host?: boolean
}

/** Whether processes of this machine do the work that is bound: process ids, a cgroup, or the whole host. */
export const bindsProcesses = ({ pids, cgroup, host }: Bound): boolean =>
  (pids ?? []).length > 0 || cgroup !== undefined || host === true
