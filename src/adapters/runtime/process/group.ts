import type { ChildProcess } from 'node:child_process'

/** Whether the process has ended. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** What a process was last seen to have started, also in groups of their own. */
const families = new WeakMap<ChildProcess, readonly number[]>()

/** Remembers the process with what it has started, as the machine lists them now. */
export function sawFamily(child: ChildProcess, pids: readonly number[] | undefined): void {
  if (pids !== undefined && pids.length > 0) families.set(child, pids)
}

/**
 * Ends a process that leads a group of its own (`detached: true`), and whatever it started with it. A group of its own
 * also keeps Ctrl-C on the terminal from it: the batch in flight is finished, then it is asked to go. What left the group
 * is ended by its number, as it was last seen.
 */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    // Also after the leader has ended: what it started may live on in its group.
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    if (!hasEnded(child)) child.kill('SIGKILL') // Windows has no process groups
  }
  for (const pid of families.get(child) ?? []) if (pid !== child.pid) endOne(pid)
  families.delete(child)
}

function endOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}
