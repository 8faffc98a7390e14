import { resolve } from 'node:path'
import { RightsizeError } from '../core/error/error.ts'
import { bytes, grouped } from '../core/report/kit/number.ts'
import { command } from './command.ts'
import { flag, toggle } from './flag.ts'
import { date, folder, oneOf } from './kind.ts'

export const store = command({
  args: {
    action: flag(oneOf('action', ['show', 'prune', 'export']), 'what to do', 'show'),
  },
  flags: {
    before: flag(date, 'with prune: drop answers older than this'),
    dir: flag(folder, 'the folder that holds .rightsize/', '.'),
    json: toggle('with show: print the figures as JSON'),
  },
  example: [
    'rightsize store',
    'rightsize store prune --before 2026-01-01',
    'rightsize store export > answers.jsonl',
  ].join('\n'),
  async action({ args, flags, io, world }) {
    const store = await world.effects.openStore(resolve(io.cwd, flags.dir), io.err)
    try {
      if (args.action === 'export')
        for (const row of store.exportRows()) io.out(JSON.stringify(row))
      else if (args.action === 'show') io.out(shown(store.stats(), flags.json))
      else if (flags.before === undefined)
        throw new RightsizeError('FLAGS_MISSING', 'store prune needs --before', {
          next: 'For example: rightsize store prune --before 2026-01-01',
        })
      else
        io.out(`dropped ${grouped(store.prune(flags.before))} answers older than ${flags.before}`)
      return 0
    } finally {
      store.close()
    }
  },
})

type Stats = Readonly<Record<'outcomes' | 'scores' | 'windows' | 'documents' | 'bytes', number>>

function shown(stats: Stats, json: boolean): string {
  if (json) return JSON.stringify(stats)
  const rows = {
    answers: grouped(stats.outcomes),
    scores: grouped(stats.scores),
    windows: grouped(stats.windows),
    documents: grouped(stats.documents),
    size: bytes(stats.bytes),
  }
  return Object.entries(rows)
    .map(([name, figure]) => `${name.padEnd(11)}${figure}`)
    .join('\n')
}
