import type { ChildProcess } from 'node:child_process'

/** Whether the process has ended. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/**
 * Ends a process that leads a group of its own (`detached: true`), and whatever it started with it. A group of its own
 * also keeps Ctrl-C on the terminal from it: the batch in flight is finished, then it is asked to go.
 */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    // Also after the leader has ended: what it started may live on in its group.
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    if (!hasEnded(child)) child.kill('SIGKILL') // Windows has no process groups
  }
}
