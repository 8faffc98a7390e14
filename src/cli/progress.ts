import type { RunEvent } from '../app/evaluate/events.ts'
import type { Io } from './command.ts'

const everyMs = 2_000

/** Draws a run's events on stderr: one living line on a terminal, one line per event elsewhere. `done` clears it. */
export function progress(io: Io): {
  readonly onEvent: (event: RunEvent) => void
  readonly done: () => void
} {
  let last = 0
  let drawn = false
  const clear = (): void => {
    if (drawn) process.stderr.write('\r\u001b[K')
    drawn = false
  }
  const living = (text: string): void => {
    process.stderr.write(`\r\u001b[K${text.slice(0, Math.max(20, io.columns - 1))}`)
    drawn = true
  }
  const onEvent = (event: RunEvent): void => {
    if (event.type !== 'progress') {
      clear()
      io.err(sentence(event))
      return
    }
    const now = Date.now()
    const ends = event.total > 0 && event.done >= event.total
    if (io.tty) living(bar(event))
    else if (ends || now - last >= everyMs) {
      last = now
      io.err(bar(event))
    }
  }
  return { onEvent, done: clear }
}

function sentence(event: Exclude<RunEvent, { type: 'progress' }>): string {
  if (event.type === 'stage') return `${event.stage}: ${event.detail}`
  if (event.type === 'candidate') return `  ${event.candidate}: ${event.text}`
  return `  note: ${event.text}`
}

function bar(event: Extract<RunEvent, { type: 'progress' }>): string {
  const of = event.total > 0 ? ` of ${event.total}` : ''
  return `  ${event.stage} ${event.candidate}: ${event.done}${of}`
}
