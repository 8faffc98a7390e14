import { RightsizeError } from '../error/error.ts'
import { type Options, readOptions } from './options.ts'
import type { LabelledAnswer, Scorer } from './scorer.ts'

/**
 * brier: 1 - half the sum over labels of (probability - truth)², 0..1; 1 is sure and right, 0 sure and wrong.
 *
 * What it does: scores how good the probabilities are, not only the label.
 * When to use: where answers are sorted by how sure they are, as in a cascade.
 * When it misleads: a model that is always right and never sure scores below one that is nearly always right and sure.
 * Example: `scorer: brier`
 * Source: Brier 1950; brier_score_loss of scikit-learn 1.7 is 1 - score for two classes and 2 (1 - score) for more.
 */
export function brier(options: Options): Scorer {
  readOptions('brier', options)
  return {
    name: 'brier',
    version: '1',
    deterministic: true,
    graded: true,
    score: (output, item) => {
      if (output.kind !== 'label' || output.probabilities === undefined)
        throw new RightsizeError(
          'SCORER_EXPECTED',
          'The scorer brier needs candidates that return probabilities.',
        )
      return {
        score: 1 - brierLoss(output.probabilities, String(item.expected)) / 2,
        read: output.label,
      }
    },
  }
}

/** Sum over labels of (p - y)², 0..2. A label without a probability has 0. */
export function brierLoss(
  probabilities: Readonly<Record<string, number>>,
  expected: string,
): number {
  const squares = Object.entries(probabilities).map(
    ([label, p]) => (p - (label === expected ? 1 : 0)) ** 2,
  )
  const missed = expected in probabilities ? 0 : 1
  return squares.reduce((sum, square) => sum + square, missed)
}

/**
 * Expected calibration error: mean gap between how sure and how right, over equal-width bins of the probability of the
 * answered label, weighted by their items (Guo et al. 2017; 15 bins). Null where nothing has probabilities.
 */
export function calibrationError(answers: readonly LabelledAnswer[], bins = 15): number | null {
  const sums = Array.from({ length: bins }, () => ({ sure: 0, right: 0 }))
  let n = 0
  for (const { expected, answered, probabilities } of answers) {
    const sure = answered === null ? undefined : probabilities?.[answered]
    if (sure === undefined) continue
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(sure * bins) - 1))]
    if (bin === undefined) continue
    bin.sure += sure
    bin.right += answered === expected ? 1 : 0
    n++
  }
  return n === 0
    ? null
    : sums.reduce((total, { sure, right }) => total + Math.abs(sure - right), 0) / n
}
