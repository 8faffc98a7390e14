#!/usr/bin/env node
import { terminalText } from '../core/error/safe-text.ts'
import type { Io } from './command.ts'
import { failure, runCli } from './program.ts'

const { stdout, stderr } = process

/** Signals that a shell or a supervisor ends a program with; a program ended by one exits with 128 + its number. */
const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

const controller = new AbortController()
/** The exit code of the interruption; null: there was none. */
let interrupted: number | null = null
let stops: string | null = null

for (const [name, number] of Object.entries(signals))
  process.on(name, () => {
    if (interrupted !== null || stops === null) process.exit(128 + number)
    interrupted = 128 + number
    io.err(`\n${stops} (a second signal stops at once)`)
    controller.abort()
  })

let living = false
function clear(): void {
  if (living) stderr.write('\r\u001b[K')
  living = false
}

const line = (text: string, colors = false): string => {
  const shown = terminalText(text, colors)
  return shown.endsWith('\n') ? shown : `${shown}\n`
}

const io: Io = {
  out: (text) => {
    clear()
    stdout.write(line(text, io.color))
  },
  err: (text) => {
    clear()
    stderr.write(line(text))
  },
  live: (text) => {
    const shown = terminalText(text).replace(/\s+/g, ' ')
    stderr.write(`\r\u001b[K${shown.slice(0, Math.max(20, io.columns - 1))}`)
    living = true
  },
  tty: stderr.isTTY === true,
  asks: stderr.isTTY === true && process.stdin.isTTY === true,
  columns: stdout.columns ?? 80,
  color: stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  cwd: process.cwd(),
  env: process.env,
  signal: controller.signal,
  stopping: (text) => {
    stops = text
  },
}

function fail(error: unknown): never {
  io.err(failure(error))
  process.exit(3)
}

// A reader that has seen enough, such as `head`, ends what is printed, not the work and its exit code.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') fail(error)
})
stderr.on('error', () => undefined)
process.on('uncaughtException', fail)

const code = await runCli(process.argv.slice(2), io)
clear()
process.exitCode = interrupted ?? code
