import { monthDays } from '../carbon/calendar.ts'
import { compareSci } from '../carbon/compare-sci.ts'
import { loadAccount, realizedSaving } from '../carbon/deployment.ts'
import { facilityGrams } from '../carbon/facility.ts'
import type { Fallback } from '../carbon/fallback.ts'
import { answerCost, energyPrice, overheadCost, rentPerAnswer } from '../carbon/money.ts'
import { sciOf } from '../carbon/sci.ts'
import { sciModel } from '../carbon/sci-model.ts'
import { type Site, siteOf, usageOf } from '../carbon/site.ts'
import { waterfallOf } from '../carbon/waterfall.ts'
import { wattsPerReservedThread } from '../energy/cpu-model.ts'
import { RightsizeError } from '../error/error.ts'
import { requireRankable } from '../hosted/api-energy.ts'
import { type ApiAccount, type ApiContext, apiUsage } from '../hosted/api-usage.ts'
import type {
  Account,
  AnswerCost,
  ComparisonOrRefusal,
  ConsumerReport,
  DeploymentAccount,
  PayBackLedger,
} from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { SciResult } from '../result/cost.ts'
import type { RunResult } from '../result/run-result.ts'
import { schemaId } from '../result/schema-id.ts'
import type { EnergySpread, GridFactor, Usage } from '../result/usage.ts'
import type { AccountSpec, CandidateSpec, DeploymentSpec, Spec } from '../spec/spec.ts'
import { scale } from '../unit/arithmetic.ts'
import { type Estimate, type Known, unknown } from '../unit/estimate.ts'
import { known } from '../unit/known.ts'
import { type TornadoBar, tornado } from '../unit/tornado.ts'
import { boundaryChecklist } from './boundary.ts'
import { coefficientsOf } from './coefficient.ts'
import { type BillingUnit, consumerRows } from './consumer-report.ts'
import { payBackLedger } from './pay-back-ledger.ts'
import { type ProviderWork, providerReport } from './provider-report.ts'

export type AccountRun = Omit<RunResult, 'account'>
export type AccountedSpec = Pick<Spec, 'account' | 'deployment' | 'candidates' | 'validDays'>

export interface AccountInputs {
  /** The average factor that the account rests on. */
  readonly grid: GridFactor
  /** A marginal factor: a second scenario, never mixed with the first. */
  readonly marginalGrid?: GridFactor
  /** Shared error of a machine metered by CPU time. */
  readonly powerModel?: EnergySpread | null
  /** Lets hosted candidates be estimated. */
  readonly api?: ApiContext
  readonly providerWork?: ProviderWork
  /** What is billed, where it is not the inference: pages, seconds, images, characters, workflows. */
  readonly billing?: BillingUnit
  /** When the account is made, ISO date: start of the pay-back and date of the prices. */
  readonly at: string
  readonly seed?: number
}

/** Everything the parts of the account read. */
interface Context {
  readonly run: AccountRun
  readonly spec: AccountedSpec
  readonly inputs: AccountInputs
  readonly site: Site
  readonly usages: ReadonlyMap<string, Usage>
  readonly scis: ReadonlyMap<string, SciResult>
  readonly fallback: Fallback
  readonly chosen: CandidateResult | null
  readonly incumbent: CandidateResult | null
  readonly api: readonly ApiAccount[]
}

/** Builds the account of a run. Pure: the same run, spec and inputs give the same account, byte for byte. */
export function buildAccount(run: AccountRun, spec: AccountedSpec, inputs: AccountInputs): Account {
  requireAverage(inputs)
  const context = contextOf(run, spec, inputs)
  const { site, chosen, incumbent, usages, api } = context
  const comparisons = comparisonsOf(context)
  return {
    schema: schemaId.account,
    task: run.task.name,
    at: inputs.at,
    grid: inputs.grid,
    chosen: chosen?.id ?? null,
    incumbent: incumbent?.id ?? null,
    boundary: boundaryChecklist(boundaryFacts(context)),
    coefficients: coefficientsOf([...usages.values()], site),
    usages: [...usages.values()],
    api: api.map(({ id, provider, facts, notes }) => ({ id, provider, facts, notes })),
    consumer: consumerOf(context),
    provider: providerReport(run.overhead, chosen, site, inputs.providerWork),
    marginal: marginalOf(context),
    comparisons,
    waterfall: waterfallOf(usages.get((chosen ?? incumbent)?.id ?? ''), context.fallback),
    deployment: spec.deployment === null ? null : deploymentOf(context, spec.deployment),
    costs: run.candidates.map((candidate) => ({
      id: candidate.id,
      cost: candidateAnswerCost(candidate, context),
    })),
    overheadCost: overheadCost({
      currency: spec.account.currency,
      date: inputs.at,
      calls: run.overhead.money,
      energy: run.overhead.energy,
      pue: site.pue,
      pricePerKwh: spec.account.pricePerKwh,
    }),
    payBack: ledgerOf(context),
    measureNext: measureNext(context, comparisons),
    notes: notesOf(context),
  }
}

function requireAverage({ grid, marginalGrid }: AccountInputs): void {
  if (grid.kind !== 'average' || (marginalGrid !== undefined && marginalGrid.kind !== 'marginal'))
    throw new RightsizeError(
      'COMPARISON_MIXED',
      'average and marginal intensity are two scenarios: pass the average factor as grid and the marginal factor as marginalGrid',
    )
}

function contextOf(run: AccountRun, spec: AccountedSpec, inputs: AccountInputs): Context {
  const { grid, powerModel = null } = inputs
  const { account, deployment } = spec
  const site = siteOf({ account, deployment, cores: run.environment.cores, grid, powerModel })
  const api = apiAccounts(run.candidates, spec.candidates, inputs.api)
  const hosted = new Map(api.map(({ id, usage }) => [id, usage]))
  const usages = new Map(
    run.candidates.map((each) => [each.id, hosted.get(each.id) ?? usageOf(each, site)]),
  )
  const fallback = fallbackOf(account, usages.get(run.incumbent ?? '') ?? null)
  const options = { seed: inputs.seed ?? 1 }
  const chosenId = run.decision.kind === 'undecided' ? null : run.decision.chosen
  return {
    run,
    spec,
    inputs,
    site,
    usages,
    scis: new Map([...usages].map(([id, usage]) => [id, sciOf(usage, fallback, options)])),
    fallback,
    chosen: run.candidates.find(({ id }) => id === chosenId) ?? null,
    incumbent: run.candidates.find(({ id }) => id === run.incumbent) ?? null,
    api,
  }
}

function apiAccounts(
  candidates: readonly CandidateResult[],
  specs: readonly CandidateSpec[],
  context: ApiContext | undefined,
): readonly ApiAccount[] {
  if (context === undefined) return []
  return candidates.flatMap((candidate) => {
    const spec = specs.find(({ id }) => id === candidate.id)
    return apiUsage(candidate, spec, context) ?? []
  })
}

function fallbackOf({ fallback }: AccountSpec, incumbent: Usage | null): Fallback {
  return fallback === 'incumbent' ? { kind: 'incumbent', incumbent } : { kind: fallback }
}

function boundaryFacts({ run, spec, api, usages }: Context) {
  const stages = run.overhead.byStage
  return {
    trained: stages.some(({ stage }) => stage === 'training'),
    judged: stages.some(({ stage }) => stage === 'judging'),
    idleKnown: [...usages.values()].some(({ idle }) => idle.kind === 'known'),
    loadDeclared: spec.deployment !== null,
    apiCandidates: api.length > 0,
  }
}

function consumerOf(context: Context): ConsumerReport {
  const { run, usages, scis, fallback } = context
  return {
    persona: 'consumer',
    headline: 'resolved task',
    fallback: fallback.kind,
    rows: consumerRows(run.candidates, usages, scis, fallback, context.inputs.billing ?? null),
    monitoringPerMonth: facilityGrams(revalidationPerMonth(context), context.site),
    rationale:
      'A resolved task is what the user wants: an accepted answer, or the declared fallback for a rejected one. ' +
      'Scores per inference and per accepted answer are reported as well, because delivery and billing use them.',
  }
}

/** Energy of repeating the evaluation once per validity period, per month. */
function revalidationPerMonth({ run, spec }: Context): Estimate<'J'> {
  const rows = run.overhead.byStage.filter(
    ({ stage }) => stage === 'evaluation' || stage === 'judging',
  )
  const joules = rows.reduce<number | null>(
    (sum, { energy }) => (sum === null || energy.kind !== 'known' ? null : sum + energy.value),
    0,
  )
  if (joules === null) return unknown('the energy of the evaluation is unknown')
  const low = rows.reduce((sum, { energy }) => sum + (energy.kind === 'known' ? energy.low : 0), 0)
  const high = rows.reduce(
    (sum, { energy }) => sum + (energy.kind === 'known' ? energy.high : 0),
    0,
  )
  const whole = known('J', {
    value: joules,
    low,
    high,
    method: 'modeled',
    how: 'the evaluation again',
    source: 'this run',
  })
  return scale(whole, monthDays / spec.validDays)
}

function marginalOf({ inputs, usages, fallback }: Context): Account['marginal'] {
  const { marginalGrid, seed = 1 } = inputs
  if (marginalGrid === undefined) return null
  const moved = (usage: Usage): Usage => ({ ...usage, grid: marginalGrid })
  const elsewhere: Fallback =
    fallback.kind === 'incumbent' && fallback.incumbent !== null
      ? { kind: 'incumbent', incumbent: moved(fallback.incumbent) }
      : fallback
  // Hosted candidates stand on another grid, for which no marginal factor was given.
  return [...usages.values()]
    .filter(({ grid }) => grid.zone === inputs.grid.zone)
    .map((usage) => ({ id: usage.candidate, sci: sciOf(moved(usage), elsewhere, { seed }) }))
}

/** Every candidate that meets the bar against the incumbent; refusals are data here, with their reason. */
function comparisonsOf(context: Context): readonly ComparisonOrRefusal[] {
  const { run, incumbent } = context
  if (incumbent === null) return []
  return run.candidates
    .filter(({ id, verdict }) => id !== incumbent.id && verdict === 'meets')
    .map(({ id }) => comparison(id, incumbent.id, context))
}

function comparison(a: string, b: string, context: Context): ComparisonOrRefusal {
  const { usages, fallback, inputs, api } = context
  const [x, y] = [usages.get(a), usages.get(b)]
  if (x === undefined || y === undefined)
    return { kind: 'refused', a, b, why: 'one of the two candidates has no usage' }
  try {
    const [fx, fy] = [a, b].map((id) => api.find((each) => each.id === id)?.facts)
    if (fx !== undefined && fy !== undefined) requireRankable(fx, fy)
    const made = compareSci(x, y, fallback, 'resolved', { seed: inputs.seed ?? 1 })
    return 'kind' in made ? { kind: 'refused', a, b, why: made.why } : { kind: 'compared', ...made }
  } catch (error) {
    if (error instanceof RightsizeError) return { kind: 'refused', a, b, why: error.message }
    throw error
  }
}

function deploymentOf(context: Context, deployment: DeploymentSpec): DeploymentAccount {
  const { run, site, chosen, incumbent, usages } = context
  const replica = {
    device: site.device,
    grid: site.grid,
    pue: site.pue,
    idleW: idlePower(site, deployment),
  }
  const accounts = new Map(
    run.candidates
      .filter(({ id }) => !context.api.some((each) => each.id === id))
      .map((each) => {
        const energy = usages.get(each.id)?.energy ?? each.cost.energyPerItem
        const serving = { id: each.id, energy, throughputPerS: each.cost.throughputPerS }
        return [each.id, loadAccount(serving, deployment, replica)]
      }),
  )
  const [from, to] = [accounts.get(incumbent?.id ?? ''), accounts.get(chosen?.id ?? '')]
  const realized = from && to ? realizedSaving(from, to, deployment, replica) : null
  return {
    candidates: [...accounts.values()],
    realized,
    marginalPerAnswer: marginalSaving(context),
    sentence:
      realized?.sentence ??
      'Without an incumbent and a chosen candidate there is no saving to state.',
  }
}

/** Idle power of one replica: reserved threads at idle, or unknown on a device that threads do not describe. */
function idlePower(
  site: Site,
  { share, replicas, instances, device }: DeploymentSpec,
): Estimate<'W'> {
  if (device !== undefined && /^(h100|a100|gpu)$/.test(device))
    return unknown('the idle power of a GPU must be measured')
  const threads = (site.cores * share * instances) / replicas
  const watts = wattsPerReservedThread * threads
  const [low, high] = [0.39 / 0.55, 1.32 / 0.55]
  return known('W', {
    value: watts,
    low: watts * low,
    high: watts * high,
    method: 'modeled',
    how: `0.55 W x ${threads} reserved threads`,
    source: 'SPECpower_ssj2008 results 2018+, idle per thread 0.55 W [0.39, 1.32]',
  })
}

/** Per answer, by shared draws where the two may be compared. */
function marginalSaving({ scis, chosen, incumbent }: Context): Estimate<'gPerR'> {
  const from = scis.get(incumbent?.id ?? '')?.perInference
  const to = scis.get(chosen?.id ?? '')?.perInference
  if (from?.kind !== 'known' || to?.kind !== 'known')
    return unknown('one of the two candidates has no score')
  const value = from.value - to.value
  const spread: Known<'gPerR'> = {
    ...from,
    value,
    low: Math.min(value, from.low - to.low, from.high - to.high),
    high: Math.max(value, from.low - to.low, from.high - to.high),
    how: 'incumbent minus chosen, per inference, ends paired because their factors are shared',
  }
  return spread
}

function candidateAnswerCost(
  candidate: CandidateResult,
  { spec, inputs, site, usages, api }: Context,
): AnswerCost {
  const { account, deployment } = spec
  const hosted = api.some(({ id }) => id === candidate.id)
  const rented = deployment?.instancePricePerHour !== undefined && !hosted
  const energy = usages.get(candidate.id)?.energy ?? candidate.cost.energyPerItem
  const answersPerDay = deployment === null ? 0 : answersADay(deployment.load)
  const price = spec.candidates.find(({ id }) => id === candidate.id)?.price
  return answerCost({
    currency: account.currency,
    date: inputs.at,
    parts: [
      {
        name: 'tokens and calls',
        amount: candidate.cost.pricePerItem,
        ...(price?.currency === undefined ? {} : { currency: price.currency }),
      },
      rented
        ? {
            name: 'instances, electricity included',
            amount: rentPerAnswer(
              deployment.instances,
              deployment.instancePricePerHour,
              answersPerDay,
            ),
          }
        : {
            name: 'electricity',
            amount: hosted
              ? unknown('included in the token price')
              : energyPrice(energy, site.pue, account.pricePerKwh),
          },
    ],
  })
}

function answersADay(load: readonly number[]): number {
  const perHour = load.length === 24 ? load : Array.from({ length: 24 }, () => load[0] ?? 0)
  return perHour.reduce((sum, rate) => sum + rate * 3600, 0)
}

function ledgerOf(context: Context): PayBackLedger | null {
  const { run, spec, inputs, site, chosen, incumbent, usages, fallback } = context
  const [to, from] = [usages.get(chosen?.id ?? ''), usages.get(incumbent?.id ?? '')]
  if (to === undefined || from === undefined || to.candidate === from.candidate) return null
  return payBackLedger({
    overhead: run.overhead,
    site,
    chosen: to,
    incumbent: from,
    fallback,
    account: spec.account,
    revalidationJ: revalidationPerMonth(context),
    from: inputs.at,
    seed: inputs.seed ?? 1,
  })
}

function measureNext(
  { chosen, incumbent, usages, fallback }: Context,
  comparisons: readonly ComparisonOrRefusal[],
): readonly TornadoBar[] {
  const compared = comparisons.find((each) => each.kind === 'compared' && each.a === chosen?.id)
  if (compared?.kind === 'compared') return compared.measureNext
  const usage = usages.get((chosen ?? incumbent)?.id ?? '')
  if (usage === undefined) return []
  const model = sciModel(usage, fallback, 'resolved')
  return 'kind' in model ? [] : tornado(model)
}

function notesOf({ usages, fallback, spec, inputs, api }: Context): readonly string[] {
  const notes: string[] = []
  if (spec.account.grid === null)
    notes.push(`No grid is set (account.grid), so the factor of ${inputs.grid.name} is used.`)
  const meters = new Set(
    [...usages.values()].filter((u) => u.energy.kind === 'known').map((u) => u.meter),
  )
  if (meters.size > 1)
    notes.push(
      `Energy was measured in ${meters.size} ways (${[...meters].join(', ')}): only candidates with the same meter are ranked and compared.`,
    )
  if (fallback.kind === 'incumbent' && fallback.incumbent === null)
    notes.push('No incumbent is set, so rejected answers go to a person outside the boundary.')
  for (const { id, notes: said } of api) for (const note of said) notes.push(`${id}: ${note}.`)
  return notes
}
