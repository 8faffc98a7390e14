import { randomUUID } from 'node:crypto'
import type { Effects } from '../app/evaluate/effects.ts'
import type { Functions } from '../core/spec/definition.ts'

/** The effects with functions of the caller's in the places that `separated` left for them. */
export function withFunctions(effects: Effects, { candidates, scorers }: Functions): Effects {
  return {
    ...effects,
    openRuntime: async (candidate, context) => {
      const found = candidates.get(candidate.base)
      if (found === undefined) return effects.openRuntime(candidate, context)
      const { functionSession } = await import('../adapters/runtime/module/function.ts')
      return functionSession(found)
    },
    openScorer: async (spec, baseDir) => {
      const found = scorers.get(String(spec.options['path']))
      if (found === undefined) return effects.openScorer(spec, baseDir)
      const { functionScorer } = await import('../adapters/scorer/module.ts')
      const version = found.version ?? `unversioned ${randomUUID()}`
      return functionScorer(found.score, { name: found.name, version, deterministic: true })
    },
  }
}
