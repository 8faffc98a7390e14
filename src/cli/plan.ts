import { wrap } from '../core/report/kit/wrap.ts'
import { command } from './command.ts'
import { toggle } from './flag.ts'
import { runsCode, sourceArgument, sourceFlags, sourceOf } from './source.ts'

export const plan = command({
  args: sourceArgument,
  flags: { ...sourceFlags, json: toggle('print the plan as JSON') },
  example: [
    'rightsize plan',
    'rightsize plan tickets.csv --input text --expected label --try linear \\',
    '  --floor 0.9',
  ].join('\n'),
  runsCode,
  async action({ args, flags, io, world }) {
    const { plan } = await import('../wire/plan.ts')
    const source = await sourceOf(args.source, flags, world)
    for (const note of source.notes) io.err(`note: ${note}`)
    const report = await plan(source, world)
    if (flags.json) {
      io.out(JSON.stringify(report, null, 2))
      return 0
    }
    const width = Math.min(io.columns, 100)
    for (const sentence of report.sentences) io.out(wrap(sentence, width, '- ', '  ').join('\n'))
    for (const file of source.written) io.err(`wrote ${file}`)
    io.err(source.saved ? 'next: rightsize run' : 'next: rightsize run with the same flags')
    return 0
  },
})
