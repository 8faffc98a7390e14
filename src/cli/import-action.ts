import { bytes, grouped } from '../core/report/kit/number.ts'
import { openWorld } from '../wire/effects.ts'
import { importModel } from '../wire/import.ts'
import type { Invocation } from './command.ts'
import { text } from './flag.ts'

export async function importAction({ args, flags, io }: Invocation): Promise<number> {
  const [folder = ''] = args
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: true })
  const out = text(flags, 'out') ?? `${folder.replace(/\/+$/, '')}-onnx`
  const made = await importModel({ folder, out, logits: text(flags, 'logits') }, world)
  for (const note of made.notes) io.err(`note: ${note}`)
  if (flags['json'] === true) {
    io.out(JSON.stringify(made, null, 2))
    return 0
  }
  io.out(`${made.folder}: ${bytes(made.bytes)}, ${grouped(made.parameters)} parameters`)
  for (const check of made.checks) io.out(`checked: ${check}`)
  return 0
}
