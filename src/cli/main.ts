#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command as Program } from 'commander'
import { RightsizeError, renderError } from '../core/error/error.ts'
import type { Command, Io } from './command.ts'
import { commands } from './table.ts'

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function makeIo(signal: AbortSignal): Io {
  const tty = process.stderr.isTTY === true
  return {
    out: (text) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    err: (text) => void process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
    tty,
    columns: process.stdout.columns ?? 80,
    color: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
    cwd: process.cwd(),
    env: process.env,
    signal,
  }
}

function register(program: Program, command: Command, io: Io): void {
  const sub = program
    .command(`${command.name} ${command.args}`.trim())
    .description(command.summary)
    .addHelpText('after', `\nExample:\n  ${command.example.split('\n').join('\n  ')}\n`)
  for (const flag of command.flags) {
    if (flag.many)
      sub.option(flag.flags, flag.text, (value: string, all: string[]) => [...all, value], [])
    else sub.option(flag.flags, flag.text, flag.fallback)
  }
  sub.action(async (...given: unknown[]) => {
    const flags = given.at(-2) as Record<string, unknown>
    const args = given
      .slice(0, -2)
      .flat()
      .filter((arg): arg is string => typeof arg === 'string')
    const run = await command.action()
    process.exitCode = await run({ args, flags, io })
  })
}

/** Prints what went wrong; a stack only for our own bugs. Always exit code 3. */
function fail(io: Io, error: unknown): void {
  process.exitCode = 3
  if (error instanceof RightsizeError) {
    io.err(renderError(error))
    return
  }
  const thrown = error as { code?: string; message?: string; stack?: string }
  if (thrown.code?.startsWith('commander.')) {
    if (thrown.code === 'commander.helpDisplayed' || thrown.code === 'commander.version')
      process.exitCode = 0
    return
  }
  if (thrown.code === 'ENOSPC') {
    io.err(
      'error DISK_FULL: the disk is full\n  why:  rightsize keeps every answer that was paid for\n  next: free some space and run the same command again; nothing stored is repeated',
    )
    return
  }
  io.err(
    `error INTERNAL: ${thrown.message ?? String(error)}\n  why:  this is a defect of rightsize, not of your input\n  next: report it with the lines below\n${thrown.stack ?? ''}`,
  )
}

/** First Ctrl-C: finish the batch in flight and write what is known. Second: stop at once. */
function onInterrupt(io: Io, controller: AbortController): void {
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130)
    io.err(
      '\nstopping after the batch in flight; what is known will be written (Ctrl-C again stops at once)',
    )
    controller.abort()
  })
}

async function main(): Promise<void> {
  const controller = new AbortController()
  const io = makeIo(controller.signal)
  onInterrupt(io, controller)
  const program = new Program('rightsize')
    .description(
      'The smallest, most energy-efficient AI model that still does the job, and exactly how sure that is.',
    )
    .version(version())
    .showHelpAfterError('(run `rightsize --help` for the commands)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 decided / fine, 1 no cheaper candidate is good enough or a check failed,\n            2 undecided (says what more is needed), 3 the tool or its input failed.',
    )
  for (const command of commands) register(program, command, io)
  try {
    await program.parseAsync(process.argv)
  } catch (error) {
    fail(io, error)
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})
// Nobody reads the talk any more; the work and its exit code go on.
process.stderr.on('error', () => undefined)
await main()
