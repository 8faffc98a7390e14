import { perFiner } from '../carbon/functional-unit.ts'
import { sciWithFallback } from '../carbon/sci.ts'
import type { ConsumerRow, UnitConversion } from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { SciResult } from '../result/cost.ts'
import type { Usage } from '../result/usage.ts'
import type { Estimate } from '../unit/estimate.ts'
import type { AccountContext } from './context.ts'

type BillingUnit = NonNullable<AccountContext['spec']['account']['unit']>

/** One row per candidate that has a usage; ranks only among those that meet the bar. */
export function consumerRows({
  run: { candidates },
  usages,
  scis,
  escalations,
  inputs,
  spec,
}: AccountContext): readonly ConsumerRow[] {
  const { seed = 1 } = inputs
  const billing = spec.account.unit
  const ranks = ranksOf(candidates, usages, scis)
  return candidates.flatMap((candidate) => {
    const usage = usages.get(candidate.id)
    const sci = scis.get(candidate.id)
    if (usage === undefined || sci === undefined) return []
    const escalation = escalations.get(candidate.id)
    return [
      {
        id: candidate.id,
        verdict: candidate.verdict,
        rank: ranks.get(candidate.id) ?? null,
        sci,
        perToken: perToken(candidate, sci),
        perBillingUnit:
          billing === null
            ? null
            : { unit: billing.per, sci: perFiner(sci.perInference, billing.perAnswer) },
        conversions: conversionsOf(candidate, usage, billing),
        withFallback:
          escalation === undefined ? null : sciWithFallback(usage, escalation, { seed }),
      },
    ]
  })
}

function perToken({ cost }: CandidateResult, sci: SciResult): Estimate<'gPerR'> | null {
  const output = cost.tokensPerItem?.output ?? 0
  return output > 0 ? perFiner(sci.perInference, output) : null
}

/** Only equals are ranked: candidates that meet the bar and share a meter with the best of them. */
function ranksOf(
  candidates: readonly CandidateResult[],
  usages: ReadonlyMap<string, Usage>,
  scis: ReadonlyMap<string, SciResult>,
): ReadonlyMap<string, number> {
  const known = candidates
    .filter(({ verdict, role }) => verdict === 'meets' || role === 'incumbent')
    .flatMap(({ id }) => {
      const score = scis.get(id)?.perAccepted
      const meter = usages.get(id)?.meter
      return score?.kind === 'known' && meter !== undefined
        ? [{ id, meter, value: score.value }]
        : []
    })
    .sort((a, b) => a.value - b.value)
  const meter = commonMeter(known.map((each) => each.meter))
  const ranked = known.filter((each) => each.meter === meter)
  return new Map(ranked.map(({ id }, i) => [id, i + 1]))
}

/** The meter that most of the candidates share: mixed methods are not ranked against each other. */
function commonMeter(meters: readonly string[]): string | null {
  const count = (meter: string) => meters.filter((each) => each === meter).length
  return [...new Set(meters)].sort((a, b) => count(b) - count(a))[0] ?? null
}

function conversionsOf(
  { cost }: CandidateResult,
  usage: Usage,
  billing: BillingUnit | null,
): readonly UnitConversion[] {
  const { acceptRate } = usage
  const rows: UnitConversion[] = []
  if (acceptRate.kind === 'known' && acceptRate.value > 0)
    rows.push({
      from: 'inference',
      to: 'accepted answer',
      factor: 1 / acceptRate.value,
      how: `1 / accept rate ${acceptRate.value.toFixed(4)}`,
    })
  const output = cost.tokensPerItem?.output ?? 0
  if (output > 0)
    rows.push({
      from: 'inference',
      to: 'output token',
      factor: 1 / output,
      how: `1 / ${output.toFixed(1)} tokens`,
    })
  if (billing !== null)
    rows.push({
      from: 'inference',
      to: billing.per,
      factor: 1 / billing.perAnswer,
      how: `1 / ${billing.perAnswer} per answer`,
    })
  return rows
}
