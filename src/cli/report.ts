import { dirname } from 'node:path'
import { reportForms } from '../wire/report.ts'
import { command } from './command.ts'
import { flag } from './flag.ts'
import { file, folder, oneOf } from './kind.ts'

export const report = command({
  args: { result: flag(file, 'the run result', 'result.json') },
  flags: {
    out: flag(folder, 'where the files are written (default: next to the result)'),
    format: flag(oneOf('form', reportForms), 'print one form to stdout, write nothing'),
  },
  example: [
    'rightsize report result.json --out reports',
    'rightsize report --format markdown',
  ].join('\n'),
  async action({ args, flags, io }) {
    const { renderReport, writeReports } = await import('../wire/report.ts')
    const { readResult } = await import('../wire/world.ts')
    const result = await readResult(args.result, io)
    if (flags.format !== undefined) io.out(await renderReport(result, flags.format, io))
    else
      for (const path of await writeReports(result, flags.out ?? dirname(args.result), io))
        io.err(`wrote ${path}`)
    return 0
  },
})
