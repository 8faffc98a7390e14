import { buildAccount } from '../../core/account/account.ts'
import { cpuPowerModel, type PowerModel } from '../../core/carbon/power-model.ts'
import { type Site, siteOf } from '../../core/carbon/site.ts'
import type { Environment, RunResult } from '../../core/result/run-result.ts'
import type { GridFactor } from '../../core/result/usage.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Effects } from './effects.ts'

/** What SCI and the account need of the place: the grid of the account (the world's mean where none is named). */
export interface Place {
  readonly site: Site
  readonly grid: GridFactor
  readonly powerModel: PowerModel | null
}

export async function placeFor(
  spec: {
    readonly account: Pick<Spec['account'], 'grid' | 'pue' | 'lifetimeYears'>
    readonly deployment: Spec['deployment']
  },
  environment: Environment,
  effects: Effects,
): Promise<Place> {
  const grid = await effects.gridFactor(spec.account.grid ?? 'WORLD')
  const powerModel = cpuPowerModel(environment.machine, effects.machine)
  const { account, deployment } = spec
  const site = siteOf({ account, deployment, cores: environment.cores, grid, powerModel })
  return { site, grid, powerModel }
}

/** The run result with its whole account. */
export async function withAccount(
  result: RunResult,
  spec: Spec,
  { grid, powerModel }: Place,
  effects: Effects,
): Promise<RunResult> {
  const api = await effects.apiFacts()
  const at = result.provenance.endedAt
  return { ...result, account: buildAccount(result, spec, { grid, powerModel, api, at }) }
}
