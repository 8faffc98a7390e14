import { wrap } from '../core/report/kit/wrap.ts'
import { doctor } from '../wire/doctor.ts'
import { openWorld } from '../wire/effects.ts'
import type { Invocation } from './command.ts'

export async function doctorAction({ flags, io }: Invocation): Promise<number> {
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: true })
  const groups = await doctor(world.effects)
  if (flags['json'] === true) {
    io.out(JSON.stringify(groups, null, 2))
    return 0
  }
  for (const [title, entries] of Object.entries(groups)) {
    io.out(title)
    for (const entry of entries) {
      const mark = entry.works ? 'ok ' : '-- '
      io.out(
        wrap(
          `${entry.name}: ${entry.detail}`,
          Math.min(io.columns, 100),
          `  ${mark}`,
          '     ',
        ).join('\n'),
      )
      if (!entry.works && entry.fix) io.out(`       fix: ${entry.fix}`)
    }
  }
  return 0
}
