import { oneLine } from '../core/error/safe-text.ts'
import { command } from './command.ts'
import { flag, toggle } from './flag.ts'
import { file } from './kind.ts'
import { untrustedFlags } from './untrusted.ts'

export const check = command({
  args: { spec: flag(file, 'the spec', 'rightsize.yaml') },
  flags: {
    lock: flag(file, 'the lock (default: rightsize.lock next to the spec)'),
    json: toggle('print the findings as JSON'),
    ...untrustedFlags,
  },
  example: 'rightsize check && echo still right-sized',
  /** Exit code 1: a finding is an error. */
  async action({ args, flags, io, world }) {
    const { check } = await import('../wire/check.ts')
    const { task, findings } = await check(args.spec, flags.lock, world)
    const errors = findings.filter((finding) => finding.severity === 'error')
    if (flags.json) io.out(JSON.stringify({ task, findings }, null, 2))
    else {
      for (const { severity, code, text, next } of findings)
        io.out(`${severity} ${code}: ${oneLine(text)}\n  next: ${next}`)
      if (errors.length === 0) io.out(`ok: the decision for "${oneLine(task)}" still holds`)
    }
    return errors.length > 0 ? 1 : 0
  },
})
