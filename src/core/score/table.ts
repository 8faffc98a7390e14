import type { KindsWith } from '../part/part.ts'
import type { scorers } from '../part/scorers.ts'
import { brier } from './calibration.ts'
import { setMetrics } from './classification.ts'
import { contains } from './contains.ts'
import { entityF1 } from './entity-f1.ts'
import { exact } from './exact.ts'
import { given } from './given.ts'
import { jsonFields } from './json-fields.ts'
import { numeric } from './numeric.ts'
import type { Options } from './options.ts'
import { regex } from './regex.ts'
import type { Scorer, SetMetric } from './scorer.ts'
import { squadExact, squadF1 } from './squad.ts'

type Make = (options: Options) => Scorer

/** A metric over the whole set, on the answers that `exact` reads. */
const whole =
  (metric: SetMetric): Make =>
  (options) => {
    const { overLabels, ...plain } = exact(options)
    const over = (scorer: Scorer): Scorer => ({ ...scorer, name: metric.name, whole: metric })
    return { ...over(plain), overLabels: (labels) => over(overLabels(labels)) }
  }

/** How every scorer that needs neither package nor effect is made; their facts are in core/part/scorers.ts. */
export const pureScorers = {
  exact,
  contains,
  regex,
  numeric,
  'json-fields': jsonFields,
  'squad-em': squadExact,
  'squad-f1': squadF1,
  'entity-f1': entityF1,
  brier,
  given,
  'macro-f1': whole(setMetrics['macro-f1']),
  'balanced-accuracy': whole(setMetrics['balanced-accuracy']),
  mcc: whole(setMetrics.mcc),
} as const satisfies Readonly<Record<KindsWith<typeof scorers, { effects: 'none' }>, Make>>
