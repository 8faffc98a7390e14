import { acceptedItems } from '../carbon/accept-ratio.ts'
import { type Answering, type Escalation, escalationOf } from '../carbon/fallback.ts'
import { overheadAtWall, type PowerModel } from '../carbon/power-model.ts'
import { sciOf } from '../carbon/sci.ts'
import { type Site, siteOf, usageOf } from '../carbon/site.ts'
import { RightsizeError } from '../error/error.ts'
import { type ApiAccount, type ApiContext, apiUsage, type OwnPlace } from '../hosted/api-usage.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { SciResult } from '../result/cost.ts'
import type { AccountRun } from '../result/run-result.ts'
import type { GridFactor, Usage } from '../result/usage.ts'
import type { CandidateSpec, Spec } from '../spec/spec.ts'

export type AccountedSpec = Pick<
  Spec,
  'account' | 'accept' | 'deployment' | 'candidates' | 'validDays'
>

export interface AccountInputs {
  /** The average factor that the account rests on. */
  readonly grid: GridFactor
  /** Shared error of a machine metered by CPU time. */
  readonly powerModel?: PowerModel | null
  /** Lets hosted candidates be estimated. */
  readonly api?: ApiContext
  /** When the account is made, ISO date: start of the pay-back and date of the prices. */
  readonly at: string
  readonly seed?: number
}

/** Everything the parts of the account read. */
export interface AccountContext {
  readonly run: AccountRun
  readonly spec: AccountedSpec
  readonly inputs: AccountInputs
  readonly site: Site
  readonly usages: ReadonlyMap<string, Usage>
  readonly scis: ReadonlyMap<string, SciResult>
  /** What the declared fallback does for each candidate; empty where none is declared. */
  readonly escalations: ReadonlyMap<string, Escalation>
  readonly chosen: CandidateResult | null
  readonly incumbent: CandidateResult | null
  readonly api: readonly ApiAccount[]
}

/** What the parts of an account share: site, usages and scores. Throws COMPARISON_MIXED for grids of the wrong kind. */
export function contextOf(
  run: AccountRun,
  spec: AccountedSpec,
  inputs: AccountInputs,
): AccountContext {
  requireAverage(inputs)
  const { grid, powerModel = null } = inputs
  const { account, deployment } = spec
  const site = siteOf({ account, deployment, cores: run.environment.cores, grid, powerModel })
  const own = {
    ...(account.grid === null ? {} : { grid }),
    ...(account.pue === null ? {} : { pue: site.pue }),
  }
  const api = apiAccounts(run.candidates, spec.candidates, inputs.api, own)
  const hosted = new Map(api.map(({ id, usage }) => [id, usage]))
  const usages = new Map(
    run.candidates.map((each) => [each.id, hosted.get(each.id) ?? usageOf(each, site)]),
  )
  const options = { seed: inputs.seed ?? 1 }
  const chosenId = run.decision.kind === 'undecided' ? null : run.decision.chosen
  return {
    run: { ...run, overhead: overheadAtWall(run.overhead, powerModel) },
    spec,
    inputs,
    site,
    usages,
    scis: new Map([...usages].map(([id, usage]) => [id, sciOf(usage, options)])),
    escalations: escalationsOf(run, spec, usages),
    chosen: run.candidates.find(({ id }) => id === chosenId) ?? null,
    incumbent: run.candidates.find(({ id }) => id === run.incumbent) ?? null,
    api,
  }
}

function escalationsOf(
  { candidates, outcomes }: AccountRun,
  { account: { fallback }, accept }: AccountedSpec,
  usages: ReadonlyMap<string, Usage>,
): ReadonlyMap<string, Escalation> {
  if (fallback === null) return new Map()
  const all = new Map(
    candidates.flatMap(({ id, acceptRate, settings }): [string, Answering][] => {
      const usage = usages.get(id)
      const scores = outcomes?.scores[id]
      const items = scores === undefined ? null : acceptedItems(scores, accept)
      const accepted = { rate: acceptRate, items }
      return usage === undefined ? [] : [[id, { usage, accepted, draws: settings.draws ?? 1 }]]
    }),
  )
  return new Map([...all].map(([id, one]) => [id, escalationOf(one, fallback, all)]))
}

function apiAccounts(
  candidates: readonly CandidateResult[],
  specs: readonly CandidateSpec[],
  context: ApiContext | undefined,
  own: OwnPlace,
): readonly ApiAccount[] {
  if (context === undefined) return []
  return candidates.flatMap((candidate) => {
    const spec = specs.find(({ id }) => id === candidate.id)
    return apiUsage(candidate, spec, context, own) ?? []
  })
}

function requireAverage({ grid }: AccountInputs): void {
  if (grid.kind !== 'average')
    throw new RightsizeError(
      'COMPARISON_MIXED',
      'average and marginal intensity are two scenarios: the account rests on an average factor, and account.marginalGrid is the other',
    )
}
