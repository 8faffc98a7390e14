import { RightsizeError } from '../core/error/error.ts'
import { oneLine } from '../core/error/safe-text.ts'
import { command } from './command.ts'
import { flag, list, toggle } from './flag.ts'
import { file, oneOf } from './kind.ts'

export const lock = command({
  args: { action: flag(oneOf('action', ['sign', 'verify']), 'what to do', 'verify') },
  flags: {
    lock: flag(file, 'the lock', 'rightsize.lock'),
    key: list(file, 'PEM file: the private key to sign with, public keys to verify with'),
    json: toggle('with verify: print the findings as JSON'),
  },
  example: [
    'rightsize lock sign --key key.pem          # writes rightsize.lock.sig',
    'rightsize lock verify --key key.pub.pem',
  ].join('\n'),
  /** Exit code 1: something is not as it was signed. */
  async action({ args, flags, io, world }) {
    const { signLock, verifyLock } = await import('../wire/lock-signature.ts')
    const [first] = flags.key
    if (first === undefined || (args.action === 'sign' && flags.key.length > 1))
      throw new RightsizeError('FLAGS_MISSING', `lock ${args.action} needs one --key`, {
        next: `For example: rightsize lock ${args.action} --key key.${args.action === 'sign' ? '' : 'pub.'}pem`,
      })
    if (args.action === 'sign') {
      io.err(`wrote ${await signLock(flags.lock, first, world)}`)
      return 0
    }
    const { faults, entries } = await verifyLock(flags.lock, flags.key, world)
    if (flags.json) io.out(JSON.stringify({ faults, entries }))
    else if (faults.length === 0) io.out(`ok: every entry of ${flags.lock} is signed (${entries})`)
    else for (const fault of faults) io.out(`error: ${oneLine(fault)}`)
    return faults.length > 0 ? 1 : 0
  },
})
