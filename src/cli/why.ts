import { RightsizeError } from '../core/error/error.ts'
import { command } from './command.ts'
import { exitCode } from './exit-code.ts'
import { flag, toggle } from './flag.ts'
import { file, name } from './kind.ts'

export const why = command({
  args: { task: flag(name, 'the task; any other in the result is refused') },
  flags: {
    result: flag(file, 'the run result', 'result.json'),
    json: toggle('print the decision as JSON'),
  },
  example: 'rightsize why support-intent',
  /** The exit code of the run. */
  async action({ args, flags, io }) {
    const { readResult } = await import('../wire/world.ts')
    const result = await readResult(flags.result, io)
    const { name } = result.task
    if (args.task !== undefined && args.task !== name)
      throw new RightsizeError(
        'RESULT_NOT_FOUND',
        `${flags.result} is of the task "${name}", not "${args.task}"`,
      )
    if (flags.json) io.out(JSON.stringify(result.decision, null, 2))
    else {
      const { renderReport } = await import('../wire/report.ts')
      io.out(await renderReport(result, 'terminal', io))
    }
    return exitCode(result.decision.kind, result.risk)
  },
})
