import type { ScorerContext } from '../../contract/scorer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { KindsWith } from '../../core/part/part.ts'
import { isScorerPath, scorerFor, scorerKind, scorerPart } from '../../core/part/scorer-name.ts'
import type { scorers } from '../../core/part/scorers.ts'
import type { Options } from '../../core/score/options.ts'
import { type CompilePattern, regex } from '../../core/score/regex.ts'
import type { Scorer } from '../../core/score/scorer.ts'
import { pureScorers } from '../../core/score/table.ts'
import type { ScorerSpec } from '../../core/spec/spec.ts'
import { withTimeLimit } from './time-limit.ts'

type Open = (options: Options, context: ScorerContext) => Scorer | Promise<Scorer>

/** Scorers that need a package or an effect, loaded when named; their facts are in core/part/scorers.ts. */
const effectful = {
  'json-schema': async (options) => (await import('./json-schema.ts')).jsonSchema(options),
  assertions: async (options, context) => {
    const { schemaCheck } = await import('./json-schema.ts')
    const { assertionScorer } = await import('./assertions.ts')
    const { linearPattern } = await import('./linear-pattern.ts')
    const schemaProblem = (schema: unknown, value: unknown) => schemaCheck(schema)(value)
    return assertionScorer(options, context, {
      schemaProblem,
      pattern: engineOf(linearPattern, context),
    })
  },
  module: async (options, context) => (await import('./module.ts')).moduleScorer(options, context),
  judge: async (options, context) => (await import('./judge.ts')).judge(options, context),
  'embedding-similarity': async (options, context) =>
    (await import('./embedding-similarity.ts')).embeddingSimilarity(options, context),
} as const satisfies Readonly<
  Record<KindsWith<typeof scorers, { effects: 'library' | 'model' | 'code' }>, Open>
>

/** Patterns of users and of foreign files, in linear time. */
const linear = {
  regex: async (options: Options, context: ScorerContext) =>
    regex(options, engineOf((await import('./linear-pattern.ts')).linearPattern, context)),
}

/** The linear engine, which leaves the rest to JavaScript's own, or refuses it. */
const engineOf =
  (linear: CompilePattern, { linearOnly }: ScorerContext): CompilePattern =>
  (pattern, flags) => {
    const match = linear(pattern, flags)
    if (match === null && linearOnly === true)
      throw new RightsizeError(
        'UNTRUSTED_PATTERN',
        `the pattern ${JSON.stringify(pattern.slice(0, 200))} has no linear form`,
      )
    return match
  }

const openers = { ...pureScorers, ...effectful, ...linear }

/**
 * The scorer that a spec names, from the pure table or with effects; a path (`./score.mjs`) is a module.
 * Throws SCORER_UNKNOWN (nearest name), SCORER_OPTION, SCORER_REFUSED.
 */
export async function openScorer(spec: ScorerSpec, context: ScorerContext): Promise<Scorer> {
  const kind = scorerKind(spec.name)
  const scorer = await openers[kind](optionsOf(spec), context)
  return scorerPart(kind).patterns === true ? withTimeLimit(scorer) : scorer
}

/** The version that a scorer which is a file of the user's has now, without running it; null for others. */
export async function scorerVersion(
  spec: ScorerSpec,
  context: Pick<ScorerContext, 'baseDir'>,
): Promise<string | null> {
  if (scorerKind(spec.name) !== scorerFor.path) return null
  return (await import('./module.ts')).moduleVersion(optionsOf(spec), context)
}

/** A path is an option of the scorer that runs it. */
function optionsOf({ name, options }: ScorerSpec): Options {
  return isScorerPath(name) ? { path: name.replace(/^file:\/\//, ''), ...options } : options
}
