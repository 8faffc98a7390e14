import { renderTerminal } from '../core/report/run/terminal.ts'
import type { RunResult } from '../core/result/run-result.ts'
import { openWorld } from '../wire/effects.ts'
import { decide } from '../wire/run.ts'
import type { Invocation } from './command.ts'
import { text } from './flag.ts'
import { progress } from './progress.ts'
import { sourceOf } from './source.ts'

/** Exit code of a decision: 0 certified, or supported where the spec allows it; 1 none; 2 undecided or only supported. */
export function exitCode(result: RunResult): number {
  const { kind } = result.decision
  if (kind === 'certified') return 0
  if (kind === 'supported') return result.risk.claim === 'certified' ? 2 : 0
  return kind === 'none' ? 1 : 2
}

export async function runAction({ args, flags, io }: Invocation): Promise<number> {
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: flags['exec'] === false })
  const source = await sourceOf(args[0], flags, world)
  for (const note of source.notes) io.err(`note: ${note}`)
  const drawing = progress(io)
  try {
    const how = { onEvent: drawing.onEvent, signal: io.signal, fresh: flags['fresh'] === true }
    const { result, files } = await decide(source, { ...how, out: text(flags, 'out') }, world)
    drawing.done()
    if (flags['json'] === true) io.out(JSON.stringify(result, null, 2))
    else io.out(renderTerminal(result, { columns: io.columns, color: io.color }))
    for (const file of [...source.written, ...files]) io.err(`wrote ${file}`)
    if (result.provenance.interrupted)
      io.err('interrupted: run the same command again to go on; nothing stored is repeated')
    return exitCode(result)
  } finally {
    drawing.done()
    await world.close()
  }
}
