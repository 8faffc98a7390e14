import { RightsizeError } from '../core/error/error.ts'
import { renderTerminal } from '../core/report/run/terminal.ts'
import { readResult } from '../wire/world.ts'
import type { Invocation } from './command.ts'
import { text } from './flag.ts'
import { exitCode } from './run-action.ts'

export async function whyAction({ args, flags, io }: Invocation): Promise<number> {
  const result = await readResult(text(flags, 'result') ?? 'result.json', io)
  if (args[0] !== undefined && args[0] !== result.task.name) {
    throw new RightsizeError(
      'RESULT_NOT_FOUND',
      `the result here is of task "${result.task.name}", not "${args[0]}"`,
    )
  }
  if (flags['json'] === true) io.out(JSON.stringify(result.decision, null, 2))
  else io.out(renderTerminal(result, { columns: io.columns, color: io.color }))
  return exitCode(result)
}
