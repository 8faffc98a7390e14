import { RightsizeError, renderError } from '../core/error/error.ts'
import { suggestion } from '../core/error/nearest.ts'
import { systemError } from '../core/error/system.ts'
import type { Io } from './command.ts'
import { commandHelp, overview } from './help.ts'
import { parse, sentence } from './parse.ts'
import { progress } from './progress.ts'
import { type CommandRow, commands } from './table.ts'
import { untrustedOf } from './untrusted.ts'

/** Runs one command line and returns the exit code. Every failure is printed here: the catalogued error, or INTERNAL with its stack. */
export async function runCli(words: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(words, io)
  } catch (error) {
    // Work that heeds the signal ends with the reason of the abortion, which is not a defect.
    const stopped = io.signal.aborted && !(error instanceof RightsizeError)
    io.err(failure(stopped ? new RightsizeError('INTERRUPTED', 'no result was written') : error))
    return 3
  }
}

/** What is printed of a failure; a stack only of our own defects. */
export function failure(error: unknown): string {
  const known = error instanceof RightsizeError ? error : systemError(error)
  if (known !== null) return renderError(known)
  const { message = String(error), stack = '' } = error as Partial<Error>
  return `${renderError(new RightsizeError('INTERNAL', message))}\n${stack}`
}

async function dispatch(words: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = words
  if (first === undefined) {
    io.err(overview(io.columns))
    return 3
  }
  if (first === '--version' || first === '-V') io.out(await version())
  else if (isHelp(first) || first === 'help') io.out(await helpOf(rest, io.columns))
  else return call(rowOf(first), rest, io)
  return 0
}

const isHelp = (word: string): boolean => word === '--help' || word === '-h'

async function call(row: CommandRow, words: readonly string[], io: Io): Promise<number> {
  const end = words.indexOf('--')
  if ((end < 0 ? words : words.slice(0, end)).some(isHelp)) {
    io.out(await helpOf([row.name], io.columns))
    return 0
  }
  const command = await row.load()
  const { args, flags } = parse(row.name, command, words)
  const { openWorld } = await import('../wire/effects.ts')
  const noExec = command.runsCode !== true || flags['noExec'] === true
  const untrusted = untrustedOf(flags, args, io.cwd)
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec, untrusted })
  if (command.stops !== undefined) io.stopping(command.stops)
  const watch = { onEvent: progress(io), signal: io.signal }
  try {
    return await command.action({ args, flags, io, world, watch })
  } finally {
    await world.close()
  }
}

async function helpOf([topic]: readonly string[], columns: number): Promise<string> {
  if (topic === undefined) return overview(columns)
  const row = rowOf(topic)
  return commandHelp(row, await row.load(), columns)
}

function rowOf(name: string): CommandRow {
  const row = commands.find((one) => one.name === name)
  if (row !== undefined) return row
  const near = suggestion(
    name,
    commands.map((one) => one.name),
  )
  throw new RightsizeError('COMMAND_UNKNOWN', `there is no command "${name}"`, {
    next: `${sentence(near)} See \`rightsize --help\`.`,
  })
}

async function version(): Promise<string> {
  const { generator } = await import('../wire/world.ts')
  return (await generator()).replace(/^.*@/, '')
}
