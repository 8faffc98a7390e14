import { check } from '../wire/check.ts'
import { openWorld } from '../wire/effects.ts'
import type { Invocation } from './command.ts'
import { text } from './flag.ts'

export async function checkAction({ args, flags, io }: Invocation): Promise<number> {
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: true })
  const { task, findings } = await check(args[0] ?? 'rightsize.yaml', text(flags, 'lock'), world)
  const errors = findings.filter((finding) => finding.severity === 'error')
  if (flags['json'] === true) io.out(JSON.stringify({ task, findings }, null, 2))
  else {
    for (const finding of findings) {
      io.out(`${finding.severity} ${finding.code}: ${finding.text}\n  next: ${finding.next}`)
    }
    if (errors.length === 0) io.out(`ok: the decision for "${task}" still holds`)
  }
  return errors.length > 0 ? 1 : 0
}
