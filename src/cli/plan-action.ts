import { wrap } from '../core/report/kit/wrap.ts'
import { openWorld } from '../wire/effects.ts'
import { plan } from '../wire/plan.ts'
import type { Invocation } from './command.ts'
import { sourceOf } from './source.ts'

export async function planAction({ args, flags, io }: Invocation): Promise<number> {
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: flags['exec'] === false })
  const source = await sourceOf(args[0], flags, world)
  for (const note of source.notes) io.err(`note: ${note}`)
  const report = await plan(source, world)
  if (flags['json'] === true) {
    io.out(JSON.stringify(report, null, 2))
    return 0
  }
  for (const sentence of report.sentences) {
    io.out(wrap(sentence, Math.min(io.columns, 100), '- ', '  ').join('\n'))
  }
  for (const file of source.written) io.err(`wrote ${file}`)
  return 0
}
