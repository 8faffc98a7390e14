import { brier } from './calibration.ts'
import { setMetrics } from './classification.ts'
import { contains, containsOptions } from './contains.ts'
import { entityF1 } from './entity-f1.ts'
import { exact, exactOptions } from './exact.ts'
import { given } from './given.ts'
import { jsonFields, jsonFieldsOptions } from './json-fields.ts'
import { numeric, numericOptions } from './numeric.ts'
import type { OptionRules, Options } from './options.ts'
import { regex, regexOptions } from './regex.ts'
import type { Scorer, SetMetric } from './scorer.ts'
import { squadExact, squadF1 } from './squad.ts'

/** One pure scorer: how it is made, its options, and what it is for in a line. */
export interface ScorerEntry {
  readonly make: (options: Options) => Scorer
  readonly options: OptionRules
  readonly summary: string
}

/** A metric over the whole set, on the answers that `exact` reads. */
const whole = (metric: SetMetric, summary: string): ScorerEntry => ({
  make: (options) => ({ ...exact(options), name: metric.name, whole: metric }),
  options: exactOptions,
  summary,
})

/** Every scorer that needs neither package nor effect, by name. */
export const scorers: Readonly<Record<string, ScorerEntry>> = {
  exact: { make: exact, options: exactOptions, summary: 'the answer equals the label' },
  accuracy: {
    make: (options) => ({ ...exact(options), name: 'accuracy' }),
    options: exactOptions,
    summary: 'another name for exact',
  },
  contains: { make: contains, options: containsOptions, summary: 'the answer contains the label' },
  regex: { make: regex, options: regexOptions, summary: 'the answer matches a pattern' },
  numeric: {
    make: numeric,
    options: numericOptions,
    summary: 'the number in the answer equals the label',
  },
  'json-fields': {
    make: jsonFields,
    options: jsonFieldsOptions,
    summary: 'share of fields that are right',
  },
  'squad-em': { make: squadExact, options: {}, summary: 'exact match by the SQuAD rules' },
  'squad-f1': { make: squadF1, options: {}, summary: 'token F1 by the SQuAD rules' },
  'entity-f1': {
    make: entityF1,
    options: {},
    summary: 'micro F1 over entities (BIO tags or spans)',
  },
  brier: { make: brier, options: {}, summary: 'quality of the probabilities (Brier score)' },
  given: { make: given, options: {}, summary: 'the score of imported results' },
  'macro-f1': whole(setMetrics['macro-f1'], 'mean F1 over the labels'),
  'balanced-accuracy': whole(setMetrics['balanced-accuracy'], 'mean recall over the labels'),
  mcc: whole(setMetrics.mcc, 'Matthews correlation'),
}
