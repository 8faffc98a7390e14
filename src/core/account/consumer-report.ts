import { type Fallback, takerOf } from '../carbon/fallback.ts'
import { perFiner } from '../carbon/functional-unit.ts'
import type { ConsumerRow, FunctionalUnit, UnitConversion } from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { SciResult } from '../result/cost.ts'
import type { Usage } from '../result/usage.ts'
import type { Estimate } from '../unit/estimate.ts'

/** What is billed: how many pages, seconds, images or characters one answer holds. */
export interface BillingUnit {
  readonly unit: FunctionalUnit
  readonly perAnswer: number
}

/** One row per candidate that has a usage; ranks only among those that meet the bar. */
export function consumerRows(
  candidates: readonly CandidateResult[],
  usages: ReadonlyMap<string, Usage>,
  scis: ReadonlyMap<string, SciResult>,
  fallback: Fallback,
  billing: BillingUnit | null = null,
): readonly ConsumerRow[] {
  const ranks = ranksOf(candidates, usages, scis)
  return candidates.flatMap((candidate) => {
    const usage = usages.get(candidate.id)
    const sci = scis.get(candidate.id)
    if (usage === undefined || sci === undefined) return []
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
            : { unit: billing.unit, sci: perFiner(sci.perInference, billing.perAnswer) },
        conversions: conversionsOf(candidate, usage, fallback, billing),
        toPersonPerThousand: toPerson(usage, fallback),
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
      const score = scis.get(id)?.perResolved
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
  fallback: Fallback,
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
  if (acceptRate.kind === 'known')
    rows.push({
      from: 'inference',
      to: 'resolved task',
      factor: 1,
      how: `plus ${(1 - acceptRate.value).toFixed(4)} x ${fallbackWord(fallback, usage)}`,
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
      to: billing.unit,
      factor: 1 / billing.perAnswer,
      how: `1 / ${billing.perAnswer} per answer`,
    })
  return rows
}

function fallbackWord(fallback: Fallback, usage: Usage): string {
  if (takerOf(usage, fallback) === null) return '0 (a person outside the boundary)'
  return fallback.kind === 'retry' ? 'one more inference' : "the incumbent's inference"
}

/** What is still wrong after the fallback: rejected by the candidate and then by the incumbent, independence not assumed. */
function toPerson(usage: Usage, fallback: Fallback): number | null {
  if (usage.acceptRate.kind !== 'known') return null
  const rejected = 1 - usage.acceptRate.value
  const taker = takerOf(usage, fallback)
  if (taker === null || taker === usage) return rejected * 1000
  return taker.acceptRate.kind === 'known'
    ? Math.min(rejected, 1 - taker.acceptRate.value) * 1000
    : null
}
