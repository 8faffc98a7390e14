import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { bytesNow } from './read-file.ts'

/** Who claims outcomes: an open store of a process of a machine, as one word. */
export interface Claim {
  readonly owner: string
  readonly since: string
  readonly until: string
}

/** A name for an open store, which tells others whether its process still lives. */
export const newOwner = (): string =>
  [...placeOfProcesses(), process.pid, startOf(process.pid), randomUUID()].join(' ')

/**
 * Whether a claim that is there keeps another from asking: not its own, not run out, and its process not known to be gone. One
 * that ends later than any lease can was made before the clock went back, and counts for nothing.
 */
export function holds(there: Claim, by: Claim): boolean {
  if (there.owner === by.owner || there.until <= by.since) return false
  const [lease, left] = [by.until, there.until].map((end) => Date.parse(end) - Date.parse(by.since))
  return Number(left) <= 2 * Number(lease) && !isGone(there.owner)
}

/** Only of a process of this machine can it be known. */
export function isGone(owner: string): boolean {
  const [host, space, pid, start] = owner.split(' ')
  const [ownHost, ownSpace] = placeOfProcesses()
  if (host !== ownHost || space !== ownSpace) return false
  return startOf(Number(pid)) !== start
}

/** The machine, and on Linux the numbering of processes, which each container has for itself. */
function placeOfProcesses(): readonly [string, string] {
  try {
    return [hostname(), readlinkSync('/proc/self/ns/pid')]
  } catch {
    return [hostname(), '-']
  }
}

/** When a process began, which tells it from a later one of the same number; `-` where that is not known, empty where it is gone. */
function startOf(pid: number): string {
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return ''
  }
  try {
    const text = bytesNow(`/proc/${pid}/stat`).toString('latin1')
    // The name of the program comes second, in brackets, and may hold anything.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  } catch {
    return '-'
  }
}
