import { dirname, resolve } from 'node:path'
import { RightsizeError } from '../core/error/error.ts'
import type { Untrusted } from '../wire/effects.ts'
import { list, toggle } from './flag.ts'
import { textKind } from './kind.ts'

/** Flags of every command that reads a spec, or data and models that a stranger may have written. */
export const untrustedFlags = {
  untrusted: toggle(
    'for pull requests of strangers: no code, only files below the spec, only hosts and variables named here',
  ),
  allowHost: list(
    textKind('host', 'a host (usual port), or host:port', 'api.openai.com'),
    'with --untrusted: a host that may be asked',
  ),
  allowEnv: list(
    textKind('variable', 'the name of a variable', 'OPENAI_API_KEY'),
    'with --untrusted: a variable that the spec may use',
  ),
}

type Values = Readonly<Record<string, unknown>>

/** Flags whose files and folders the command line itself names. */
const named = ['model', 'out', 'encoder', 'lock', 'replay'] as const

/** What --untrusted leaves open; undefined without it. Throws FLAG_UNUSED where flags contradict it. */
export function untrustedOf(flags: Values, args: Values, cwd: string): Untrusted | undefined {
  const texts = (name: string): readonly string[] => (flags[name] as string[] | undefined) ?? []
  const [hosts, variables] = [texts('allowHost'), texts('allowEnv')]
  if (flags['untrusted'] !== true) {
    if (hosts.length + variables.length === 0) return undefined
    throw new RightsizeError('FLAG_UNUSED', '--allow-host and --allow-env need --untrusted')
  }
  if (flags['trust'] === true)
    throw new RightsizeError('FLAG_UNUSED', '--trust would have no effect with --untrusted')
  const text = (value: unknown): readonly string[] =>
    typeof value === 'string' ? [resolve(cwd, value)] : []
  const spec = [flags['task'], args['spec'], args['source']].flatMap(text).map(dirname)
  const given = [...named.map((name) => flags[name]), args['model'], args['data']].flatMap(text)
  return { folders: [...(spec.length > 0 ? spec : [cwd]), ...given], hosts, variables }
}
