import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { systemError } from '../../core/error/system.ts'

/** Files, sockets and pipes that a run opens at once: requests in flight, three pipes a program, the store, a model while it is read. */
const most = 64

/** Throws RESOURCE_EXHAUSTED where this process may not open as many files as a run needs: in the middle of it answers would be lost that were paid for. */
export function requireOpenFiles(): void {
  const open: number[] = []
  try {
    while (open.length < most) open.push(openSync(devNull, 'r'))
  } catch (cause) {
    throw systemError(cause) ?? cause
  } finally {
    for (const file of open) closeSync(file)
  }
}
