import { monthDays } from '../carbon/calendar.ts'
import { compareSci } from '../carbon/compare-sci.ts'
import { facilityGrams } from '../carbon/facility.ts'
import { sciOf } from '../carbon/sci.ts'
import { sciModel } from '../carbon/sci-model.ts'
import { statedGrid } from '../carbon/stated-factor.ts'
import { waterfallOf } from '../carbon/waterfall.ts'
import { RightsizeError } from '../error/error.ts'
import { requireRankable } from '../hosted/api-energy.ts'
import type {
  Account,
  ComparisonOrRefusal,
  ConsumerReport,
  DeploymentAccount,
} from '../result/account.ts'
import type { PayBackLedger } from '../result/account-money.ts'
import type { AccountRun } from '../result/run-result.ts'
import { schemaId } from '../result/schema-id.ts'
import type { Usage } from '../result/usage.ts'
import { scale, sum } from '../unit/arithmetic.ts'
import { type Estimate, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { type TornadoBar, tornado } from '../unit/tornado.ts'
import { boundaryChecklist, conformanceText } from './boundary.ts'
import { coefficientsOf } from './coefficient.ts'
import { consumerRows } from './consumer-report.ts'
import {
  type AccountContext,
  type AccountedSpec,
  type AccountInputs,
  contextOf,
} from './context.ts'
import { answerCostOf } from './costs.ts'
import { deploymentOf } from './deployment-account.ts'
import { payBackLedger } from './pay-back-ledger.ts'
import { providerReport } from './provider-report.ts'

/** Builds the account of a run. Pure: the same run, spec and inputs give the same account, byte for byte. */
export function buildAccount(run: AccountRun, spec: AccountedSpec, inputs: AccountInputs): Account {
  const context = contextOf(run, spec, inputs)
  const { site, chosen, incumbent, usages, api } = context
  const boundary = boundaryChecklist(boundaryFacts(context))
  const comparisons = comparisonsOf(context)
  const deployment = site.serving === null ? null : deploymentOf(context, site.serving)
  const costs = run.candidates.map((each) => ({ id: each.id, cost: answerCostOf(each, context) }))
  return {
    schema: schemaId.account,
    task: run.task.name,
    at: inputs.at,
    grid: inputs.grid,
    chosen: chosen?.id ?? null,
    incumbent: incumbent?.id ?? null,
    boundary,
    coefficients: coefficientsOf([...usages.values()], site),
    usages: [...usages.values()],
    api: api.map(({ id, provider, facts, notes }) => ({ id, provider, facts, notes })),
    consumer: { ...consumerOf(context), conformance: conformanceText(boundary) },
    provider: providerReport(context.run.overhead, chosen, site, spec.account.provider),
    marginal: marginalOf(context),
    comparisons,
    waterfall: waterfallOf(usages.get((chosen ?? incumbent)?.id ?? '')),
    ...{ deployment, costs },
    payBack: ledgerOf(context, costs, deployment),
    measureNext: measureNext(context, comparisons),
    notes: notesOf(context),
  }
}

function boundaryFacts({ run, site, api, usages }: AccountContext) {
  const stages = run.overhead.byStage
  return {
    trained: stages.some(({ stage }) => stage === 'training'),
    judged: stages.some(({ stage }) => stage === 'judging'),
    idleKnown: [...usages.values()].some(({ idle }) => idle.kind === 'known'),
    loadDeclared: site.serving !== null,
    apiCandidates: api.length > 0,
  }
}

function consumerOf(context: AccountContext): Omit<ConsumerReport, 'conformance'> {
  return {
    persona: 'consumer',
    headline: 'accepted answer',
    fallback: context.spec.account.fallback,
    rows: consumerRows(context),
    monitoringPerMonth: facilityGrams(revalidationPerMonth(context), context.site, 'g'),
    rationale:
      'An accepted answer is what the user wants: R counts tasks that end right, for every candidate and the incumbent alike. ' +
      'Scores per inference are reported as well, because delivery and billing use them.',
  }
}

/** Energy of repeating the evaluation once per validity period, per month. */
function revalidationPerMonth({ run, spec }: AccountContext): Estimate<'J'> {
  const again = run.overhead.byStage.filter(({ stage }) => /^(evaluation|judging)$/.test(stage))
  const whole = sum<'J'>(
    exact('J', 0, 'this run'),
    again.map(({ energy }) => energy),
  )
  if (whole.kind !== 'known') return unknown('the energy of the evaluation is unknown')
  const repeated = { method: 'modeled', how: 'the evaluation again', source: 'this run' } as const
  return scale({ ...whole, ...repeated }, monthDays / spec.validDays)
}

/** Candidates hosted elsewhere are left out: they use another grid, for which there is no marginal factor. */
function marginalOf({ spec, inputs, usages }: AccountContext): Account['marginal'] {
  const stated = spec.account.marginalGrid
  if (stated === null) return null
  const { seed = 1, grid } = inputs
  const { zone, name } = grid
  const marginalGrid = { ...statedGrid(stated, { kind: 'marginal' }), zone, name }
  const moved = (usage: Usage): Usage => ({ ...usage, grid: marginalGrid })
  return [...usages.values()]
    .filter((usage) => usage.grid.zone === zone)
    .map((usage) => ({ id: usage.candidate, sci: sciOf(moved(usage), { seed }) }))
}

/** Every candidate that meets the bar against the incumbent; refusals are data here, with their reason. */
function comparisonsOf(context: AccountContext): readonly ComparisonOrRefusal[] {
  const { run, incumbent } = context
  if (incumbent === null) return []
  return run.candidates
    .filter(({ id, verdict }) => id !== incumbent.id && verdict === 'meets')
    .map(({ id }) => comparison(id, incumbent.id, context))
}

function comparison(a: string, b: string, context: AccountContext): ComparisonOrRefusal {
  const { run, usages, inputs, api } = context
  const [x, y] = [usages.get(a), usages.get(b)]
  const rates = run.candidates.find(({ id }) => id === a)?.acceptRatio
  if (x === undefined || y === undefined || rates === undefined)
    return { kind: 'refused', a, b, why: 'one of the two candidates has no usage' }
  try {
    const [fx, fy] = [a, b].map((id) => api.find((each) => each.id === id)?.facts)
    if (fx !== undefined && fy !== undefined) requireRankable(fx, fy)
    const made = compareSci(x, y, rates, { seed: inputs.seed ?? 1 })
    return 'kind' in made ? { kind: 'refused', a, b, why: made.why } : { kind: 'compared', ...made }
  } catch (error) {
    if (error instanceof RightsizeError) return { kind: 'refused', a, b, why: error.message }
    throw error
  }
}

function ledgerOf(
  context: AccountContext,
  costs: Account['costs'],
  deployment: DeploymentAccount | null,
): PayBackLedger | null {
  const { run, spec, inputs, site, chosen, incumbent, usages } = context
  const [to, from] = [usages.get(chosen?.id ?? ''), usages.get(incumbent?.id ?? '')]
  if (to === undefined || from === undefined || chosen === null) return null
  if (to.candidate === from.candidate) return null
  return payBackLedger({
    overhead: run.overhead,
    site,
    chosen: to,
    incumbent: from,
    rates: chosen.acceptRatio,
    account: spec.account,
    volumePerMonth:
      spec.account.volumePerMonth ?? deployment?.candidates[0]?.answersPerMonth ?? null,
    costs: new Map(costs.map(({ id, cost }) => [id, cost])),
    runtimes: run.candidates.map(({ runtime }) => runtime),
    realized: deployment?.realized ?? null,
    validDays: spec.validDays,
    revalidationJ: revalidationPerMonth(context),
    from: inputs.at,
    seed: inputs.seed ?? 1,
  })
}

function measureNext(
  { chosen, incumbent, usages }: AccountContext,
  comparisons: readonly ComparisonOrRefusal[],
): readonly TornadoBar[] {
  const compared = comparisons.find((each) => each.kind === 'compared' && each.a === chosen?.id)
  if (compared?.kind === 'compared') return compared.measureNext
  const usage = usages.get((chosen ?? incumbent)?.id ?? '')
  if (usage === undefined) return []
  const model = sciModel(usage, 'accepted')
  return 'kind' in model ? [] : tornado(model)
}

function notesOf({ usages, spec, inputs, api }: AccountContext): readonly string[] {
  const metered = [...usages.values()].filter(({ energy }) => energy.kind === 'known')
  const meters = [...new Set(metered.map(({ meter }) => meter))]
  const notes: readonly (readonly [boolean, string])[] = [
    [
      spec.account.grid === null,
      `No grid is set (account.grid), so the factor of ${inputs.grid.name} is used.`,
    ],
    [
      meters.length > 1,
      `Energy was measured in ${meters.length} ways (${meters.join(', ')}): only candidates with the same meter are ranked and compared.`,
    ],
  ]
  return [
    ...notes.filter(([applies]) => applies).map(([, note]) => note),
    ...api.flatMap(({ id, notes: own }) => own.map((note) => `${id}: ${note}.`)),
  ]
}
