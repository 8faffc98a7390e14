import { resolve } from 'node:path'
import { RightsizeError } from '../core/error/error.ts'
import { bytes, grouped } from '../core/report/kit/number.ts'
import { openWorld } from '../wire/effects.ts'
import type { Invocation } from './command.ts'
import { text } from './flag.ts'

export async function storeAction({ args, flags, io }: Invocation): Promise<number> {
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: true })
  const store = await world.effects.openStore(resolve(io.cwd, text(flags, 'dir') ?? '.'), io.err)
  try {
    const action = args[0] ?? 'show'
    if (action === 'show') return show(store.stats(), flags['json'] === true, io.out)
    if (action === 'export') {
      for (const row of store.exportRows()) io.out(JSON.stringify(row))
      return 0
    }
    if (action === 'prune') {
      const before = text(flags, 'before')
      if (before === undefined)
        throw new RightsizeError('FLAGS_MISSING', 'prune needs --before DATE')
      io.out(`dropped ${grouped(store.prune(before))} outcomes older than ${before}`)
      return 0
    }
    const next = 'use show, prune or export'
    throw new RightsizeError('FLAGS_MISSING', `store knows no action "${action}"`, { next })
  } finally {
    store.close()
  }
}

function show(
  stats: Readonly<Record<'outcomes' | 'scores' | 'windows' | 'documents' | 'bytes', number>>,
  json: boolean,
  out: (text: string) => void,
): number {
  if (json) out(JSON.stringify(stats))
  else {
    out(`outcomes   ${grouped(stats.outcomes)}\nscores     ${grouped(stats.scores)}`)
    out(`windows    ${grouped(stats.windows)}\ndocuments  ${grouped(stats.documents)}`)
    out(`size       ${bytes(stats.bytes)}`)
  }
  return 0
}
