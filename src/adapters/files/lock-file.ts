import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RightsizeError } from '../../core/error/error.ts'
import { systemError } from '../../core/error/system.ts'
import { readText } from './read-file.ts'

/** Who holds a file: written into the lock file, so that others can tell whether that process still lives. */
interface Holder {
  readonly pid: number
  readonly host: string
  readonly at: number
}

export interface ExclusiveOptions {
  /** Longest wait for another process, ms. */
  readonly waitMs?: number
  /** Age from which the lock of a process that cannot be asked (on another machine, half written) is taken to be left behind, ms; 60 times that where its number is in use. */
  readonly staleMs?: number
}

/** What is done under the lock takes milliseconds. */
const usual = { waitMs: 20_000, staleMs: 10_000 }

/**
 * Runs `act` while this process alone holds the lock file at `path`. Waits for others, a bounded time; a lock whose
 * process has died is taken over. Throws LOCK_BUSY.
 */
export async function exclusively<T>(
  path: string,
  act: () => Promise<T>,
  options: ExclusiveOptions = {},
): Promise<T> {
  const { waitMs, staleMs } = { ...usual, ...options }
  const until = Date.now() + waitMs
  while (!(await taken(path))) {
    if (await leftBehind(path, staleMs)) continue
    if (Date.now() > until)
      throw new RightsizeError('LOCK_BUSY', `${path} is held by ${await holderText(path)}`)
    await sleep(5 + 45 * Math.random())
  }
  try {
    return await act()
  } finally {
    await rm(path, { force: true })
  }
}

/** Whether the lock file is now ours: created, never opened where it was there. */
async function taken(path: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(path, 'wx')
    const holder: Holder = { pid: process.pid, host: hostname(), at: Date.now() }
    await file.writeFile(JSON.stringify(holder))
    await file.close()
    return true
  } catch (cause) {
    const folder = await isFolder(path)
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && !folder) return false
    throw systemError(folder ? { code: 'EISDIR' } : cause, { path, writes: true }) ?? cause
  }
}

/** A folder in its place would be waited for without end. */
const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Takes a dead process's lock out of the way; true when it is worth trying again at once. */
async function leftBehind(path: string, staleMs: number): Promise<boolean> {
  const text = await readText(path).catch(() => null)
  if (text === null) return true
  if (!(await isStale(path, text, staleMs))) return false
  // Moved, not removed: of several that find it dead one moves it, and what another has just taken is put back.
  const aside = `${path}.${process.pid}-${Date.now()}`
  if (
    !(await rename(path, aside).then(
      () => true,
      () => false,
    ))
  )
    return true
  const moved = await readText(aside).catch(() => null)
  if (moved !== text) await rename(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
  return true
}

async function isStale(path: string, text: string, staleMs: number): Promise<boolean> {
  const holder = holderIn(text)
  const here = holder !== null && holder.host === hostname()
  if (here && !lives(holder.pid)) return true
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  return age > (here ? 60 * staleMs : staleMs)
}

function holderIn(text: string): Holder | null {
  try {
    const { pid, host, at } = JSON.parse(text) as Partial<Holder>
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host, at: at ?? 0 } : null
  } catch {
    return null
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function holderText(path: string): Promise<string> {
  const holder = holderIn(await readText(path).catch(() => ''))
  return holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`
}
