import { type CheckedConstraint, judgedConstraint } from '../proof/condition.ts'
import { type Correction, gradeOf } from '../proof/grade.ts'
import { shortfall } from '../proof/loss-exact.ts'
import type { RiskSpec } from '../spec/spec.ts'
import { clopperPearson } from '../stats/proportion-interval.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'
import { percent } from '../unit/figure-words.ts'
import type { CandidateEvidence } from './decision-input.ts'

/** Requests below which a 95th percentile is not judged (settled: windows of 200 requests or more). */
const REQUESTS_FOR_P95 = 200

/** "p95 <= limit" is "at least 95 % of requests within the limit": a share, judged like one. */
export function checkLatency(
  latenciesS: readonly number[] | undefined,
  limitMs: number,
  risk: RiskSpec,
  correction: Correction,
): CheckedConstraint {
  const limit = limitMs / 1000
  const requests = latenciesS ?? []
  const n = requests.length
  if (n < REQUESTS_FOR_P95) {
    const why = `${n} warm requests were timed; ${REQUESTS_FOR_P95} are needed to judge a 95th percentile`
    return judgedConstraint('p95 latency', limit, 's', { kind: 'unknown', why }, 'undecided', why)
  }
  const within = shortfall(
    requests.map((latency) => Number(latency <= limit)),
    0.95,
  )
  const grade = gradeOf(within, 0, risk, correction)
  const why = `${percent(within.quality.value)} of ${n} requests took at most ${limitMs} ms`
  return judgedConstraint('p95 latency', limit, 's', percentile(requests), grade, why)
}

/** The 95th percentile with the order statistics that a Clopper-Pearson interval of ranks gives. */
function percentile(requests: readonly number[]): Estimate<'s'> {
  const sorted = [...requests].sort((a, b) => a - b)
  const n = sorted.length
  const at = (share: number) => sorted[Math.min(n - 1, Math.max(0, Math.ceil(share * n) - 1))] ?? 0
  const ranks = clopperPearson(Math.round(0.95 * n), n, 0.95)
  return {
    kind: 'known',
    unit: 's',
    value: at(0.95),
    low: at(ranks.low),
    high: at(ranks.high),
    level: 0.95,
    method: 'measured',
    how: `order statistics of ${n} warm requests of batch 1`,
    source: 'Clopper and Pearson 1934, ranks',
  }
}

/** A measured amount against its limit: meets when its whole interval does, fails when none of it does. */
function checkAmount(
  name: string,
  limit: number,
  unit: string,
  value: Estimate<Unit> | undefined,
): CheckedConstraint {
  if (value === undefined || value.kind !== 'known') {
    const why = value?.kind === 'unknown' ? value.why : 'it was not measured'
    return judgedConstraint(
      name,
      limit,
      unit,
      value ?? { kind: 'unknown', why },
      'undecided',
      `unknown: ${why}`,
    )
  }
  if (value.high <= limit)
    return judgedConstraint(name, limit, unit, value, 'certified', 'within the limit')
  if (value.low > limit)
    return judgedConstraint(name, limit, unit, value, 'none', 'above the limit')
  return judgedConstraint(
    name,
    limit,
    unit,
    value,
    'undecided',
    'the limit lies inside its interval',
  )
}

/** The amounts that the spec limits, by candidate. */
export function checkAmounts(
  { cost, peakRss }: CandidateEvidence,
  limits: {
    readonly memoryMiB?: number
    readonly joulesPerItem?: number
    readonly pricePerItem?: number
  },
): CheckedConstraint[] {
  const { memoryMiB, joulesPerItem, pricePerItem } = limits
  const checked: CheckedConstraint[] = []
  if (memoryMiB !== undefined)
    checked.push(checkAmount('memory', memoryMiB * 2 ** 20, 'B', peakRss))
  if (joulesPerItem !== undefined) {
    checked.push(checkAmount('energy per item', joulesPerItem, 'JPerItem', cost.energyPerItem))
  }
  if (pricePerItem !== undefined) {
    checked.push(checkAmount('price per item', pricePerItem, 'moneyPerItem', cost.pricePerItem))
  }
  return checked
}
