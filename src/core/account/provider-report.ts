import { facilityGrams } from '../carbon/facility.ts'
import { runShare, type Site } from '../carbon/site.ts'
import type { ProviderReport, ProviderUnit, StageRow } from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { Overhead } from '../result/cost.ts'
import type { AccountSpec } from '../spec/spec.ts'
import { add, divide, multiply, sum } from '../unit/arithmetic.ts'
import { type Estimate, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'

/** Work of a Provider, where more is known than the run saw. */
type ProviderWork = AccountSpec['provider']

/**
 * The Provider side of a run: selection, benchmarking, training, metering, failed tries. Gross counts are total
 * parameters, raw tokens, theoretical FLOP; effective ones are active parameters, deduplicated tokens, used FLOP.
 * Source: SCI for AI 6.2 (what a Provider shall include), 8.2 (units, gross and effective).
 */
export function providerReport(
  overhead: Overhead,
  chosen: CandidateResult | null,
  site: Site,
  work: ProviderWork = null,
): ProviderReport {
  const stages = overhead.byStage.map((row) => stageRow(row, chosen?.id ?? null, site))
  const grams = (of: readonly Estimate<'g'>[]) => sum(exact('g', 0, 'nothing was done'), of)
  const joules = (rows: readonly StageRow[]) =>
    sum(
      exact('J', 0, 'nothing was done'),
      rows.map(({ energy }) => energy),
    )
  const operational = grams(stages.map((row) => row.operational))
  const embodied = grams(stages.map((row) => row.embodied))
  const carbon = add(operational, embodied)
  return {
    persona: 'provider',
    stages,
    energy: joules(stages),
    operational,
    embodied,
    total: carbon,
    discardedEnergy: joules(stages.filter(({ discarded }) => discarded)),
    units: providerUnits(carbon, chosen, work),
    rationale:
      'Per billion parameters, because the product is a model; also per training token and per FLOP where they are known.',
    strategies: work?.strategies ?? [],
  }
}

function stageRow(row: Overhead['byStage'][number], chosen: string | null, site: Site): StageRow {
  const wall = exact('s', row.wallS, 'clock')
  const perS = divide(site.device.total, site.device.lifetime, 'g')
  return {
    stage: 'Design & Development',
    activity: row.stage,
    candidate: row.candidate,
    discarded: row.candidate !== null && row.candidate !== chosen,
    energy: row.energy,
    operational: facilityGrams(row.energy, site, 'g'),
    embodied: multiply(multiply(perS, wall, 'g'), runShare(site), 'g'),
  }
}

function providerUnits(
  total: Estimate<'g'>,
  chosen: CandidateResult | null,
  work: ProviderWork,
): readonly ProviderUnit[] {
  const parameters = chosen?.identity?.parameters ?? null
  const active = chosen?.identity?.activeParameters ?? parameters
  const billions = (count: number | null) => (count === null ? undefined : count / 1e9)
  const rows = [
    ['billion parameters', 'gross', billions(parameters)],
    ['billion parameters', 'effective', billions(active)],
    ['training token', 'gross', work?.trainingTokens?.gross],
    ['training token', 'effective', work?.trainingTokens?.effective],
    ['FLOP', 'gross', work?.flops?.gross],
    ['FLOP', 'effective', work?.flops?.effective],
  ] as const
  return rows.map(([unit, count, amount = null]) => ({
    unit,
    count,
    amount,
    sci: perUnit(total, unit, amount),
  }))
}

function perUnit(total: Estimate<'g'>, unit: string, amount: number | null): Estimate<'gPerR'> {
  if (amount === null || !(amount > 0)) return unknown(`the number of ${unit}s is unknown`)
  return divide(total, exact('count', amount, unit), 'gPerR')
}
