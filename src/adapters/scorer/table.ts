import type { ScorerContext } from '../../contract/scorer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { suggestion } from '../../core/error/nearest.ts'
import type { Options } from '../../core/score/options.ts'
import type { Scorer } from '../../core/score/scorer.ts'
import { scorers } from '../../core/score/table.ts'
import type { ScorerSpec } from '../../core/spec/spec.ts'

type Open = (options: Options, context: ScorerContext) => Promise<Scorer>

/** Scorers that need a package or an effect, loaded when named. */
const effectful: Readonly<Record<string, Open>> = {
  'json-schema': async (options) => (await import('./json-schema.ts')).jsonSchema(options),
  assertions: async (options, context) => {
    const { schemaCheck } = await import('./json-schema.ts')
    const { assertionScorer } = await import('./assertions.ts')
    return assertionScorer(options, context, (schema, value) => schemaCheck(schema)(value))
  },
  module: async (options, context) => (await import('./module.ts')).moduleScorer(options, context),
  judge: async (options, context) => (await import('./judge.ts')).judge(options, context),
  'embedding-similarity': async (options, context) =>
    (await import('./embedding-similarity.ts')).embeddingSimilarity(options, context),
}

/** Names of all scorers. */
export const scorerNames: readonly string[] = [...Object.keys(scorers), ...Object.keys(effectful)]

/**
 * The scorer that a spec names, from the pure table or with effects; a path (`./score.mjs`) is a module.
 * Throws SCORER_UNKNOWN (nearest name), SCORER_OPTION, SCORER_REFUSED.
 */
export async function openScorer(spec: ScorerSpec, context: ScorerContext): Promise<Scorer> {
  const pure = Object.hasOwn(scorers, spec.name) ? scorers[spec.name] : undefined
  if (pure !== undefined) return pure.make(spec.options)
  const open = Object.hasOwn(effectful, spec.name) ? effectful[spec.name] : undefined
  if (open !== undefined) return open(spec.options, context)
  const path = spec.name.replace(/^file:\/\//, '')
  if (/\.(mjs|js|cjs|ts)$/.test(path))
    return openScorer({ ...spec, name: 'module', options: { path, ...spec.options } }, context)
  throw new RightsizeError('SCORER_UNKNOWN', `The scorer \`${spec.name}\` does not exist.`, {
    at: 'scorer',
    next: `Fix \`scorer\`: ${suggestion(spec.name, scorerNames)}`,
  })
}
