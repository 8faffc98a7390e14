import { openWorld } from '../wire/effects.ts'
import { explainSci, exportSci } from '../wire/sci.ts'
import type { Invocation } from './command.ts'
import { list, number, text } from './flag.ts'

export async function sciAction({ args, flags, io }: Invocation): Promise<number> {
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: true })
  const form = text(flags, 'export')
  if (form !== undefined) {
    io.out(await exportSci(args[0] ?? 'result.json', form, world))
    return 0
  }
  const { explanations, notes } = await explainSci(
    args[0],
    {
      candidates: list(flags, 'candidate'),
      energyKwh: number(flags, 'kwh'),
      energyJ: number(flags, 'joules'),
      requests: number(flags, 'requests'),
      accepted: number(flags, 'accepted'),
      durationS: number(flags, 'duration'),
      device: text(flags, 'device'),
      share: number(flags, 'share'),
      lifetimeYears: number(flags, 'lifetime'),
      embodiedG: number(flags, 'embodied'),
      pue: number(flags, 'pue'),
      grid: text(flags, 'grid'),
    },
    world,
  )
  if (flags['json'] === true) io.out(JSON.stringify(explanations, null, 2))
  else io.out(explanations.map((one) => one.lines.join('\n')).join('\n\n'))
  for (const note of notes) io.err(`note: ${note}`)
  return 0
}
