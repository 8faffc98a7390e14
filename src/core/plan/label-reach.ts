import { correctionFor } from '../proof/grade.ts'
import { shareOfLook } from '../proof/look-alpha.ts'
import type { BarSpec, RiskSpec } from '../spec/spec.ts'
import { itemsForZeroLosses, pairsForPower } from '../stats/sample-size.ts'
import { normalQuantile } from '../stats/special-functions.ts'
import type { LabelReach } from './plan-types.ts'

/** Share of items on which two models differ when nothing is known: between what real pairs of good models show (5-15 %). */
export const USUAL_DISAGREEMENT = 0.1

/** Chance with which the planned numbers of labels suffice. */
const PLANNED_POWER = 0.8

/** What n labels can and cannot show for K candidates, one of them exactly as good as the incumbent (or at its usual distance above the floor). */
export function labelReach(
  n: number,
  looked: number,
  bar: BarSpec,
  risk: RiskSpec,
  disagreement = USUAL_DISAGREEMENT,
): LabelReach {
  const share = shareOfLook(1) * correctionFor(looked, looked).share
  const certify = risk.alpha * share
  const support = (1 - risk.supportedAt) * share
  const variance = bar.kind === 'relative' ? disagreement : bar.floor * (1 - bar.floor)
  const margin = bar.kind === 'relative' ? bar.margin : Math.max(0, bar.target - bar.floor)
  return {
    n,
    looked,
    disagreement: variance,
    certifiableMargin: Math.max(marginWithPower(variance, n, certify), bestCase(n, certify)),
    bestCaseMargin: bestCase(n, certify),
    supportableMargin: Math.max(marginWithPower(variance, n, support), bestCase(n, support)),
    labelsToCertify: labelsFor(variance, margin, certify),
    labelsToSupport: labelsFor(variance, margin, support),
  }
}

/** The inverse of `pairsForPower` in the gap. */
const marginWithPower = (variance: number, n: number, alpha: number): number =>
  Math.min(1, (normalQuantile(1 - alpha) + normalQuantile(PLANNED_POWER)) * Math.sqrt(variance / n))

/** With no loss at all in n items a loss below this cannot be excluded: 1 - alpha^(1/n). */
const bestCase = (n: number, alpha: number): number => -Math.expm1(Math.log(alpha) / n)

function labelsFor(variance: number, margin: number, alpha: number): number | null {
  if (margin <= 0) return null
  const powered = pairsForPower(variance, margin, alpha, PLANNED_POWER)
  return Math.ceil(Math.max(powered, itemsForZeroLosses(margin, alpha)))
}
