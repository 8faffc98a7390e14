import { wrap } from '../core/report/kit/wrap.ts'
import { command } from './command.ts'
import { toggle } from './flag.ts'

export const doctor = command({
  args: {},
  flags: { json: toggle('print the findings as JSON') },
  example: 'rightsize doctor',
  async action({ flags, io, world }) {
    const { doctor } = await import('../wire/doctor.ts')
    const groups = await doctor(world.effects)
    if (flags.json) {
      io.out(JSON.stringify(groups, null, 2))
      return 0
    }
    const width = Math.min(io.columns, 100)
    for (const [title, entries] of Object.entries(groups)) {
      io.out(title)
      for (const { name, works, detail, fix } of entries) {
        const mark = works ? '  ok ' : '  -- '
        io.out(wrap(`${name}: ${detail}`, width, mark, '     ').join('\n'))
        if (!works && fix) io.out(`       fix: ${fix}`)
      }
    }
    return 0
  },
})
