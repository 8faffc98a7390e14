import type { Item } from '../../core/data/item.ts'
import type { CandidateResult } from '../../core/result/candidate.ts'
import { calibrationError } from '../../core/score/calibration.ts'
import {
  balancedAccuracy,
  type Confusion,
  confusion,
  macroF1,
  matthews,
  OTHER,
} from '../../core/score/classification.ts'
import type { LabelledAnswer } from '../../core/score/scorer.ts'
import type { WholeSetMetric } from '../../core/select/decision-input.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import type { Collected } from './collect.ts'
import type { WeightedScorer } from './scoring.ts'

/** Labels up to which a classification is taken as one; more are free text. */
const mostLabels = 1000
/** Cells of the confusion that a report shows. */
const shownCells = 400

/** The answers of a candidate as metrics over a whole set see them; unjudged items are left out. */
export function labelledAnswers(one: Collected, items: readonly Item[]): readonly LabelledAnswer[] {
  return items.flatMap((item, at): LabelledAnswer[] => {
    const judged = one.judged[at]
    if (!judged) return []
    const probabilities = judged.output?.kind === 'label' ? judged.output.probabilities : undefined
    const answered = judged.failed ? null : judged.read
    return [
      { expected: String(item.expected), answered, ...(probabilities ? { probabilities } : {}) },
    ]
  })
}

/** Further metrics beside the one that decides, for single-label classification; empty elsewhere. */
export function metricsOf(
  one: Collected,
  items: readonly Item[],
  labels: readonly string[],
): Pick<CandidateResult, 'metrics' | 'confusion'> {
  if (labels.length < 2 || labels.length > mostLabels) return { metrics: {}, confusion: null }
  const answers = labelledAnswers(one, items)
  if (answers.length === 0) return { metrics: {}, confusion: null }
  const counted = confusion(answers)
  const ece = calibrationError(answers)
  return {
    metrics: {
      'macro F1': share(macroF1(counted), answers.length),
      'balanced accuracy': share(balancedAccuracy(counted), answers.length),
      MCC: share(matthews(counted), answers.length),
      'calibration error (ECE)':
        ece === null ? unknown('it gives no probabilities') : share(ece, answers.length),
    },
    confusion: { labels: counted.labels, pairs: confusedPairs(counted) },
  }
}

/** A metric as observed on these items; its interval is not claimed here, the deciding metric has one. */
function share(value: number, n: number): Estimate<'share'> {
  const how = `on ${n} items, as observed`
  return known('share', { value, method: 'measured', how, source: 'answers and labels' })
}

/** Off-diagonal cells, most frequent first. */
function confusedPairs(of: Confusion): readonly (readonly [string, string, number])[] {
  const cells: [string, string, number][] = []
  for (const [expected, row] of of.cells) {
    for (const [answered, count] of row) {
      if (expected !== answered)
        cells.push([expected, answered === OTHER ? '(other)' : answered, count])
    }
  }
  return cells.sort((a, b) => b[2] - a[2]).slice(0, shownCells)
}

/** The metric over the whole set that the scorer asks for, over these candidates; null where scores have a mean. */
export function wholeSetMetric(
  scorers: readonly WeightedScorer[],
  collected: readonly Collected[],
  items: readonly Item[],
): WholeSetMetric | null {
  const metric = scorers.length === 1 ? scorers[0]?.scorer.whole : undefined
  if (!metric) return null
  const answers = new Map(
    collected.map((one) => [one.opened.spec.id, labelledAnswers(one, items)] as const),
  )
  const counts = new Map<string, number>()
  for (const { expected } of items) {
    const label = String(expected)
    counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  return {
    name: metric.name,
    rarest: Math.min(...counts.values()),
    value: (id, weights) => metric.value(answers.get(id) ?? [], weights),
  }
}

/** Counts of one candidate by position, for a bar on F1, precision or recall. */
export function ratioCounts(one: Collected): {
  readonly tp: readonly number[]
  readonly fp: readonly number[]
  readonly fn: readonly number[]
} {
  const of = (name: string) => one.judged.map((judged) => judged?.counts?.[name] ?? 0)
  return { tp: of('tp'), fp: of('fp'), fn: of('fn') }
}
