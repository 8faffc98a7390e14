import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Processes } from '../../../contract/processes.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { redact } from '../../../core/error/secret.ts'
import { sawFamily } from './group.ts'

/** How often memory is looked at. */
const pollMs = 100
/** A program that answers over IPC or in lines has little to print; more than this is a flood. */
export const floodBytes = 64 * 1024 * 1024
/** Kept of stderr, for the message when the process ends. */
const stderrKept = 2000

export interface MemoryWatch {
  readonly processes: Processes | null
  /** Limit in MiB; none when undefined. */
  readonly memoryMiB: number | undefined
  /** Whether the process may start others: then the whole tree counts. */
  readonly tree: boolean
}

/** Looks at memory every 100 ms; above the limit `end` is called with RUNTIME_MEMORY. Returns the peak so far, bytes. */
export function watchMemory(
  child: ChildProcess,
  { processes, memoryMiB, tree }: MemoryWatch,
  end: (reason: RightsizeError) => void,
): () => number {
  let peak = 0
  const pid = child.pid ?? 0
  const look = (): void => {
    const found = tree ? processes?.trees([pid]) : null
    sawFamily(child, found?.pids)
    const rss = tree ? found?.rssBytes : processes?.rss(pid)
    peak = Math.max(peak, rss ?? 0)
    if (memoryMiB !== undefined && peak > memoryMiB * 2 ** 20) end(tooLarge(peak, memoryMiB))
  }
  const timer = setInterval(look, pollMs)
  timer.unref()
  child.once('exit', () => clearInterval(timer))
  return () => peak
}

function tooLarge(bytes: number, limitMiB: number): RightsizeError {
  const used = Math.ceil(bytes / 2 ** 20)
  return new RightsizeError('RUNTIME_MEMORY', `it used ${used} MiB, the limit is ${limitMiB} MiB`)
}

/** Counts what a stream prints; above 64 MiB `end` is called with RUNTIME_FLOOD. */
export function watchFlood(
  stream: Readable | null,
  end: (reason: RightsizeError) => void,
  limitBytes: number = floodBytes,
): void {
  let seen = 0
  stream?.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen > limitBytes)
      end(new RightsizeError('RUNTIME_FLOOD', `it wrote more than ${limitBytes / 2 ** 20} MiB`))
  })
}

/** Keeps the last of stderr. Returns how the process ended, in words, with the last lines, secrets cut. */
export function listenStderr(
  child: ChildProcess,
  secrets: readonly string[],
): (code: number | null, signal: NodeJS.Signals | null) => string {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-stderrKept)
  })
  return (code, signal) => {
    const how = signal ? `was killed by ${signal}` : `exited with code ${code}`
    const last = redact(text, secrets).trim().split('\n').slice(-4).join(' | ')
    return `the process ${how}${last === '' ? '' : `: ${last}`}`
  }
}
