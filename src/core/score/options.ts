import { checkOptions, filledOptions, type Options, type OptionValues } from '../part/options.ts'
import { type ScorerKind, scorers } from '../part/scorers.ts'

export type { Options }

/** The options of a scorer, as its row declares them. */
export type ScorerOptions<K extends ScorerKind> = OptionValues<(typeof scorers)[K]['options']>

/** The options of a scorer with their defaults. Throws SCORER_OPTION for an unknown name or a value of the wrong kind. */
export function readOptions<K extends ScorerKind>(scorer: K, given: Options): ScorerOptions<K> {
  const rules: (typeof scorers)[K]['options'] = scorers[scorer].options
  checkOptions(scorer, given, rules)
  return filledOptions(given, rules)
}
